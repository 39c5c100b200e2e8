"""The one comment, against an API of this test's own: found, written again, or left out."""

import json

import pytest


@pytest.fixture
def on_github(tmp_path, script, api):
    """Run the comment script as the action does; returns what it said and the job's summary."""

    def commented(
        summary="## ✅ tiny fits\n", *, head="us/shop", event="pull_request", **variables
    ):
        reports = tmp_path / "bootfit-report"
        reports.mkdir(exist_ok=True)
        (reports / "summary.md").write_text(summary)
        told = {"pull_request": {"number": 5, "head": {"repo": {"full_name": head}}}}
        (tmp_path / "event.json").write_text(json.dumps(told))
        (tmp_path / "step.md").write_text("")
        code, said = script(
            "github_comment",
            tmp_path,
            **{
                "GITHUB_API_URL": api.url,
                "GITHUB_EVENT_NAME": event,
                "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
                "GITHUB_REPOSITORY": "us/shop",
                "GITHUB_STEP_SUMMARY": str(tmp_path / "step.md"),
                "BOOTFIT_CI_TOKEN": "a-token",
                "BOOTFIT_CI_WAIT_SECONDS": "0.01",
                **variables,
            },
        )
        assert code == 0
        assert "a-token" not in said
        return said, (tmp_path / "step.md").read_text()

    return commented


def test_one_comment_is_made_and_then_written_again(api, on_github):
    for number in range(40):
        api.add(f"a remark, {number}", "somebody")
    said, summary = on_github("## ✅ tiny fits\n")
    assert (said, summary) == ("bootfit: commented\n", "")
    assert api.bodies()[40:] == ["<!-- bootfit: . -->\n## ✅ tiny fits\n"]
    api.asked.clear()
    assert on_github("## ✅ tiny fits\n")[0] == "bootfit: the comment says so already\n"
    assert api.written() == []
    assert api.asked == ["GET /repos/us/shop/issues/5/comments"] * 2
    assert on_github("## ❌ tiny takes more\n")[0] == "bootfit: updated the comment\n"
    assert api.written() == ["PATCH /repos/us/shop/issues/comments/41"]
    assert api.bodies()[40:] == ["<!-- bootfit: . -->\n## ❌ tiny takes more\n"]


def test_projects_have_comments_of_their_own_and_strangers_keep_theirs(api, on_github):
    api.add("<!-- bootfit: . -->\nlooks like ours", "somebody")
    on_github("## of the whole\n")
    on_github("## of a part\n", BOOTFIT_CI_PROJECT="back-end --> x")
    on_github("## of the whole again\n")
    assert api.bodies() == [
        "<!-- bootfit: . -->\nlooks like ours",
        "<!-- bootfit: . -->\n## of the whole again\n",
        "<!-- bootfit: back-end_--__x -->\n## of a part\n",
    ]


def test_of_several_comments_of_ours_the_oldest_stays(api, on_github):
    for _ in range(3):
        api.add("<!-- bootfit: . -->\nearlier")
    on_github("## now\n")
    assert api.bodies() == ["<!-- bootfit: . -->\n## now\n"]


def test_a_comment_is_cut_at_a_line_to_what_github_takes(api, on_github):
    on_github("".join(f"line {number} é\n" for number in range(20_000)))
    (body,) = api.bodies()
    assert 64_000 < len(body) <= 65_536
    assert body.endswith("the rest is left out: see the reports of the job.\n")
    assert body.split("\n\n…")[0].splitlines()[-1].startswith("line ")
    assert body.split("\n\n…")[0].splitlines()[-1].endswith(" é")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"head": "them/shop"}, "from a fork"),
        ({"event": "push"}, "no pull request"),
        ({"BOOTFIT_CI_TOKEN": ""}, "no token"),
        ({"BOOTFIT_CI_COMMENT": "false"}, "comment is false"),
        ({"GITHUB_API_URL": ""}, "no address of an API"),
    ],
)
def test_where_there_can_be_no_comment_the_job_has_the_summary(api, on_github, given, reason):
    said, summary = on_github("## ✅ tiny fits\n", **given)
    assert reason in said
    assert summary == "## ✅ tiny fits\n"
    assert api.asked == []


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([403], "pull-requests: write"),
        ([500, 502, 503], "HTTP 503"),
        ([302], "HTTP 302"),
        ([200], "no list"),
    ],
)
def test_where_github_says_no_the_job_has_the_summary(api, on_github, answers, reason):
    api.answers += answers
    said, summary = on_github("## ✅ tiny fits\n")
    assert reason in said
    assert summary == "## ✅ tiny fits\n"
    assert not [one for one in api.asked if "elsewhere" in one]
    assert api.written() == []


def test_what_passes_is_tried_again_but_no_comment_is_made_twice(api, on_github):
    api.answers += [502, 429]
    assert on_github()[0] == "bootfit: commented\n"
    api.comments.clear()
    api.asked.clear()

    class ThenLost(list):
        """The list is answered, the comment's answer is lost."""

        def __bool__(self):
            return bool(len(self)) and api.asked[-1].startswith("POST")

    api.answers = ThenLost([502])
    said, summary = on_github("## ✅ tiny fits\n")
    assert "HTTP 502" in said
    assert summary == "## ✅ tiny fits\n"
    assert len(api.written()) == 1


@pytest.fixture
def on_gitlab(tmp_path, script, api):
    def noted(summary, **variables):
        (tmp_path / "bootfit-report").mkdir(exist_ok=True)
        (tmp_path / "bootfit-report" / "summary.md").write_text(summary)
        code, said = script(
            "gitlab_note",
            tmp_path,
            **{
                "CI_API_V4_URL": api.url,
                "CI_MERGE_REQUEST_IID": "3",
                "CI_MERGE_REQUEST_PROJECT_ID": "12",
                "BOOTFIT_NOTE_TOKEN": "a-token",
                "BOOTFIT_CI_WAIT_SECONDS": "0.01",
                **variables,
            },
        )
        assert code == 0
        return said

    return noted


def test_one_note_is_made_and_then_written_again(api, on_gitlab):
    api.add("<!-- bootfit: . -->\nlooks like ours", "somebody")
    assert on_gitlab("## ✅ tiny fits\n") == "bootfit: commented\n"
    assert on_gitlab("## ❌ tiny takes more\n") == "bootfit: updated the comment\n"
    notes = "/projects/12/merge_requests/3/notes"
    assert api.written() == [f"POST {notes}", f"PUT {notes}/2"]
    assert api.bodies()[1:] == ["<!-- bootfit: . -->\n## ❌ tiny takes more\n"]


def test_without_a_token_or_a_yes_the_log_has_the_summary(api, on_gitlab):
    assert "no BOOTFIT_NOTE_TOKEN here\n\n## ✅" in on_gitlab("## ✅\n", BOOTFIT_NOTE_TOKEN="")
    assert api.asked == []
    assert "HTTP 401\n\n## ✅" in on_gitlab("## ✅\n", BOOTFIT_NOTE_TOKEN="another")
