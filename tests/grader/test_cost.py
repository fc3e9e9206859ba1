"""Quadratic work in a linear exercise fails, however it is written, and fails on cost alone."""

import pytest

from tests.grader.quadratic_submissions import QUADRATIC


def cost_points(result):
    return next(family.max_points for family in result.families if family.id == "cost")


@pytest.mark.parametrize("name", QUADRATIC)
def test_quadratic_work_loses_the_points_of_cost_and_no_others(grade, name):
    result = grade(QUADRATIC[name])
    lost = {family.id for family in result.families if not family.points}
    assert lost == {"cost"}
    assert result.points == 10 - cost_points(result)
    assert result.diagnosis is not None
    assert result.diagnosis.id == "quadratic"


def test_cost_isnt_measured_where_small_inputs_are_wrong(grade):
    result = grade("def linear_attention(q, k, v, eps):\n    return v * 0\n")
    cost = next(family for family in result.families if family.id == "cost")
    assert cost.points == 0
    assert "not measured" in cost.reason
