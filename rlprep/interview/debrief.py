"""The end of a round: marks for a mock's answers, the score by part, and what to study."""

from rlprep.bank.load import Bank
from rlprep.interview.marking import mark
from rlprep.interview.model_answer import show_model_answer, show_traps
from rlprep.interview.recorder import Recorder
from rlprep.interview.score import (
    PartScore,
    QuestionScore,
    score_parts,
    score_question,
    study_list,
)
from rlprep.interview.screen import Screen
from rlprep.interview.services import Services


def debrief(screen: Screen, bank: Bank, recorder: Recorder, services: Services) -> None:
    """Mark what is still unmarked, show the score by part and the questions with most to gain."""
    state = recorder.state
    spent_s = sum(state.answer(id_).seconds for id_ in state.questions)
    screen.heading("Debrief", f"{spent_s / 60:.0f} minutes of answers")
    if state.mode == "mock":
        _go_through(screen, bank, recorder, services)
    scores = {id_: score_question(bank.question(id_), state.answer(id_)) for id_ in state.questions}
    parts = score_parts([part for _, part in bank.parts()], scores)
    _show_scores(screen, parts)
    _show_study_list(screen, study_list(list(scores.values())))


def _go_through(screen: Screen, bank: Bank, recorder: Recorder, services: Services) -> None:
    """Look at each answer of a mock round beside its rubric, and at the model answer on request."""
    for id_ in recorder.state.questions:
        answer = recorder.state.answer(id_)
        question = bank.question(id_)
        if not answer.finished:
            continue
        if len(answer.marks) == len(question.rubric):  # before a pause
            services.marked(question, answer)
            continue
        screen.heading(question.title, f"{answer.seconds / 60:.0f} of {question.minutes} min")
        screen.quote(answer.said or "(no answer)")
        mark(screen, recorder, question, services.examine)
        services.marked(question, answer)
        show_traps(screen, question, answer.claims, services.labs)
        for index, text in sorted(answer.follow_ups.items()):
            screen.heading("Follow-up")
            screen.prose(question.follow_ups[index].prompt)
            screen.quote(text or "(no answer)")
            screen.prose(question.follow_ups[index].answer, indent=2)
        show_model_answer(screen, question, bank.solution("question", id_), services.labs)


def _show_scores(screen: Screen, parts: list[PartScore]) -> None:
    rows: list[tuple[str, ...]] = [("question", "min", "hints", "found", "points")]
    for part in parts:
        for each in part.questions:
            rows.append(
                (
                    f"{part.part.id}  {each.question.title}",
                    f"{each.answer.seconds / 60:.0f}" if each.answered else "-",
                    str(each.answer.hints) if each.answer.hints else "-",
                    _interval(each),
                    f"{each.points:g}/{each.max_points}",
                )
            )
        rows.append((f"{part.part.id}  total", "", "", "", f"{part.points:g}/{part.max_points}"))
    screen.heading("Score", "by your own marks")
    screen.table(rows, numeric=4)
    if any(each.found is not None for part in parts for each in part.questions):
        screen.say("found: what the words show, up to that plus what is unsure", "dim")


def _interval(score: QuestionScore) -> str:
    """Return what the engine found, as an interval: the unsure points may count or not."""
    if score.found is None:
        return "-"
    least, most = score.found
    return f"{least}" if least == most else f"{least} to {most}"


def _show_study_list(screen: Screen, weakest: list[QuestionScore]) -> None:
    if not weakest:
        screen.say("Every point made. Nothing left to study here.", "good")
        return
    screen.heading("Study next")
    for each in weakest:
        screen.prose(f"**{each.question.title}** ({each.points:g} of {each.max_points} points)")
        screen.prose("\n".join(f"- {point.text}" for point in each.missing[:3]), indent=2)
        source = each.question.sources[0]
        where = f", {source.where}" if source.where else ""
        screen.say(f"Read: {source.cite}{where}", "dim", indent=2)
        screen.say(f"Again: rlprep quiz --question {each.question.id}", "dim", indent=2)
