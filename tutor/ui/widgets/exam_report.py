"""The report on an exam, on the screen: topics, then what went wrong, with keys to the pages behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.quiz.exam_report import ExamReport, Mistake
from tutor.quiz.exam_text import counted, headline, verdict
from tutor.text import clean_line
from tutor.ui.messages import Explain
from tutor.ui.widgets.pane import Pane

Part = tuple[str, str]


class ExamReportView(Vertical):
    """Scrolls; the numbers open the pages that explain the first nine mistakes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,pagedown", "scroll(1)", "Scroll", tooltip="A screenful down"),
        Binding("pageup", "scroll(-1)", "Scroll up", show=False, tooltip="A screenful up"),
        *[
            Binding(
                str(n),
                f"explain({n})",
                "Open page" if n == 1 else "",
                show=n == 1,
                key_display="number",
                tooltip="Open the page behind a mistake",
            )
            for n in range(1, 10)
        ],
    ]

    def __init__(self, report: ExamReport) -> None:
        super().__init__(id="exam-report")
        self._report = report
        self._pane = Pane(Static(Content.assemble(*_parts(report))), id="quiz-pane", can_focus=True)
        self._saved = Static(id="quiz-hint")

    def compose(self) -> ComposeResult:
        """The result, the report, where it was written."""
        yield Static(Content.styled("The exam is over", "bold $primary"), id="quiz-heading")
        yield self._pane
        yield self._saved

    def on_mount(self) -> None:
        """Take the keys."""
        self._pane.focus()

    def focus(self, scroll_visible: bool = True) -> ExamReportView:
        """The text takes the keys."""
        self._pane.focus(scroll_visible)
        return self

    def say(self, sentence: str) -> None:
        """Tell where the report was written, or why it was not."""
        self._saved.update(Content(sentence))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A number that no mistake has does nothing."""
        return action != "explain" or parameters[0] in range(1, len(self._report.mistakes) + 1)

    def action_scroll(self, step: int) -> None:
        """A screenful down or up."""
        if step > 0:
            self._pane.page_down()
        else:
            self._pane.page_up()

    def action_explain(self, number: int) -> None:
        """Ask for the page behind a mistake."""
        mistake = self._report.mistakes[number - 1]
        self.post_message(Explain(mistake.lesson, mistake.page))


def _parts(report: ExamReport) -> Iterator[Part]:
    yield (headline(report), "bold")
    for lesson in report.lessons:
        yield ("\n\n" + clean_line(lesson.topic.title), "bold $secondary")
        yield (f"  {counted(lesson.topic.tally)}", "")
        for page in lesson.pages:
            yield (f"\n  {clean_line(page.title)}", "")
            yield (f"  {counted(page.tally)}", "$text-muted")
    if report.mistakes:
        yield ("\n\nTo look at again", "bold $primary")
    for number, mistake in enumerate(report.mistakes, start=1):
        yield from _mistake(number, mistake)


def _mistake(number: int, mistake: Mistake) -> Iterator[Part]:
    yield (f"\n\n{number if number < 10 else '-'} ", "bold $accent")
    yield (mistake.prompt, "bold")
    yield (f"\n{verdict(mistake)}", "bold $error")
    for remark in mistake.remarks:
        yield (f"\n- {remark.line}", "")
    yield ("\nWhy: ", "bold $secondary")
    yield (mistake.explanation, "")
    yield (f"\n→ {clean_line(mistake.page_title)}", "$primary")
