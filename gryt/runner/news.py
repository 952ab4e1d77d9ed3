"""What an observer is told, told when there is time: first the next step is started."""

from collections.abc import Callable

from gryt.model.observer import Observer

Tell = Callable[[Observer], None]


class News:
    """Keeps what is to be told of a run, in its order, until somebody has time to tell it.

    While gryt builds a result, files it and prints it, the next step is at work already.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._untold: list[Tell] = []
        self._is_telling = False

    def add(self, tell: Tell) -> None:
        """Have something told later, after all that was added before."""
        self._untold.append(tell)

    def tell(self) -> None:
        """Tell all that is not told yet."""
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._untold:
                self._untold.pop(0)(self._observer)
        finally:
            self._is_telling = False

    @property
    def observer(self) -> Observer:
        """Who is to be told something at once; all that was added before is told by then."""
        self.tell()
        return self._observer

    def note(self, text: str) -> None:
        """Tell a line about the run at once."""
        self.observer.note(text)
