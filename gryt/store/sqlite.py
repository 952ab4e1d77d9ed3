"""SQLite as Python's compiled module has it.

What the package adds is columns of dates, which no table of gryt has: to load it and datetime takes
1.5 ms, and every command opens the cache. Where there is no such module, it is the package.
"""

from gryt.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import _sqlite3 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["sqlite3"]
