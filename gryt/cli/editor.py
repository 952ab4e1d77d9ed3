"""The user's editor, as git finds it."""

from typing import TYPE_CHECKING

from gryt.errors import AnswerIsNo

if TYPE_CHECKING:
    from gryt.cli.context import App


def edit_file(app: "App", path: str) -> None:
    """Open a file in git's editor and wait; raise where the editor fails."""
    status = app.repository.git.edit(path)
    if status != 0:
        raise AnswerIsNo(
            f"the editor failed with status {status}; nothing was recorded",
            hints=["git config core.editor COMMAND"],
        )
