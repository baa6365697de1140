"""On weeks that were held out, forecast and suggestions of the sample bar are better than what anybody could say."""

from tests import insight


def test_the_sample_bar_is_foretold_better_than_by_last_week_and_by_the_mean_of_four() -> None:
    score = insight.foretold(insight.bar(200))
    assert score.better
    assert score.mase < 1


def test_what_a_party_wants_next_is_guessed_more_often_than_by_naming_what_is_ordered_most() -> None:
    quality = insight.guessed(insight.bar(200))
    assert quality.cases > 1000
    assert quality.hits > 1.5 * quality.popular_hits
