"""What a table of the ledger is, and the SQL that makes and fills it."""

from gryt.values import Value


class Column(Value):
    """One column of a table."""

    name: str
    type: str
    doc: str
    """One line for `gryt db schema`."""
    source: str = ""
    """SQL over `kind`, `doc`, `ref`, `path` and `blob` of a record; `.x` is a field of it."""

    @property
    def sql(self) -> str:
        """The expression that gives its value."""
        if not self.source.startswith("."):
            return self.source or "NULL"
        return f"json_extract(doc, '${self.source}')"


class Table(Value):
    """One table or view."""

    name: str
    doc: str
    key: str
    columns: tuple[Column, ...]
    kinds: tuple[str, ...] = ()
    """The kinds of records that have rows in it; none where it does not come from records."""
    each: str = ""
    """What else is joined: the items of a list in the record."""
    indexes: tuple[str, ...] = ()

    @property
    def create(self) -> str:
        """The statements that make it."""
        lines = ",\n    ".join(f"{c.name} {c.type}" for c in self.columns)
        made = f"CREATE TABLE {self.name} (\n    {lines},\n    PRIMARY KEY ({self.key})\n)"
        indexes = [
            f";\nCREATE INDEX {self.name}_{n} ON {self.name} ({columns})"
            for n, columns in enumerate(self.indexes)
        ]
        return f"{made} WITHOUT ROWID{''.join(indexes)}"

    @property
    def insert(self) -> str:
        """The statement that adds the rows of the records after :since, up to :upto.

        A row that is there already has its columns set anew, but for those that have no source.
        """
        columns = [column for column in self.columns if column.source]
        names = ", ".join(c.name for c in columns)
        values = ", ".join(c.sql for c in columns)
        joined = f", {self.each}" if self.each else ""
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        which = f"kind IN ({kinds})" if kinds != "'*'" else "true"
        sets = ", ".join(f"{c.name} = excluded.{c.name}" for c in columns)
        return (
            f"INSERT INTO {self.name} ({names}) SELECT {values} FROM record{joined}"
            f" WHERE n > :since AND n <= :upto AND {which}"
            f" ON CONFLICT ({self.key}) DO UPDATE SET {sets}"
        )


REF = Column("ref", "TEXT NOT NULL", "the ledger ref that the row came from", "ref")


def text(name: str, doc: str, source: str = "") -> Column:
    """Return a column of texts."""
    return Column(name, "TEXT", doc, source)


def key(name: str, doc: str, source: str = "") -> Column:
    """Return a column of texts that every row has."""
    return Column(name, "TEXT NOT NULL", doc, source)


def number(name: str, doc: str, source: str = "") -> Column:
    """Return a column of whole numbers."""
    return Column(name, "INTEGER", doc, source)


def real(name: str, doc: str, source: str = "") -> Column:
    """Return a column of numbers."""
    return Column(name, "REAL", doc, source)
