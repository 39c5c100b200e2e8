"""The admin pages' lock, and what is behind it."""

import csv
import io

import pytest

PAGES = [
    ("GET", "/api/v1/admin/plans"),
    ("GET", "/api/v1/admin/plugins"),
    ("GET", "/api/v1/admin/searches/export?format=csv"),
    ("DELETE", "/api/v1/admin/analyses/1"),
    ("GET", "/api/v1/admin/nothing"),
]


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_without_a_configured_token_none_opens_them(make_app, method, path):
    client = make_app(ADMIN_TOKEN="").test_client()
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer "}, None):
        answer = client.open(path, method=method, headers=headers)
        assert answer.status_code == 401
        assert "token" in answer.json["error"]["message"]


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_users_are_refused_until_they_are_administrators(client, sign_up, method, path):
    browser = sign_up("somebody@example.org")
    assert browser.open(path, method=method).status_code == 403
    answer = client.patch(f"/api/v1/admin/users/{browser.user['id']}", json={"role": "admin"})
    assert answer.json["user"]["role"] == "admin"
    assert browser.open(path, method=method).status_code in {200, 404}
    client.patch(f"/api/v1/admin/users/{browser.user['id']}", json={"role": "user"})
    assert browser.open(path, method=method).status_code == 403


def test_the_token_comes_from_the_environment_and_has_no_default(monkeypatch, tmp_path):
    from mealplan.settings import read_settings

    monkeypatch.setenv("MEALPLAN_SECRET_KEY", "x" * 32)
    monkeypatch.delenv("MEALPLAN_ADMIN_TOKEN", raising=False)
    assert read_settings(str(tmp_path))["ADMIN_TOKEN"] == ""
    monkeypatch.setenv("MEALPLAN_ADMIN_TOKEN", "given")
    assert read_settings(str(tmp_path))["ADMIN_TOKEN"] == "given"


@pytest.mark.parametrize(("method", "path"), PAGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer a-token-of-the-tests-and-more"},
        {"Authorization": "Basic a-token-of-the-tests"},
        {"Authorization": "a-token-of-the-tests"},
        {"Authorization": "Bearer \xfc\xff"},
    ],
)
def test_a_missing_or_wrong_token_is_refused(client, eaten, method, path, headers):
    answer = client.open(path, method=method, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert len(client.get("/api/v1/analysis/history").json["analyses"]) == 1


def test_a_collection_is_listed_paged_and_exported(client, admin, eaten):
    client.get("/api/v1/foods/search?q=oats")
    client.get("/api/v1/foods/search?q=milk")
    found = client.get("/api/v1/admin/searches?limit=1", headers=admin).json
    assert found["count"] == 2
    assert [one["query"] for one in found["records"]] == ["milk"]
    exported = client.get("/api/v1/admin/searches/export?format=csv", headers=admin)
    assert [row["query"] for row in csv.DictReader(io.StringIO(exported.text))] == ["milk", "oats"]
    analyses = client.get("/api/v1/admin/analyses", headers=admin).json["records"]
    assert analyses[0]["eaten_on"] == "2026-03-02"
    as_json = client.get("/api/v1/admin/analyses/export", headers=admin).json
    assert as_json[0]["eaten_on"] == "2026-03-02"
    assert as_json[0]["energy"] == pytest.approx(227.4)


def test_what_users_wrote_is_no_formula_in_an_export(make_app, client, admin):
    queries = ['=HYPERLINK("http://x")', "+1+1", "@SUM(A1)", "-2+3", "-5", "oats"]
    for query in queries:
        client.get("/api/v1/foods/search", query_string={"q": query})
    text = client.get("/api/v1/admin/searches/export?format=csv", headers=admin).text
    found = [row["query"] for row in csv.DictReader(io.StringIO(text))][::-1]
    assert found == ['\'=HYPERLINK("http://x")', "'+1+1", "'@SUM(A1)", "'-2+3", "-5", "oats"]
    openpyxl = pytest.importorskip("openpyxl")
    for forbid in ("", "spreadsheet_export:pandas"):
        rich = make_app(forbid=forbid).test_client()
        data = rich.get("/api/v1/admin/searches/export?format=xlsx", headers=admin).data
        sheet = openpyxl.load_workbook(io.BytesIO(data))["Searches"]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)
        assert queries[0] in {str(cell.value).lstrip("'") for cell in cells}


def test_a_record_goes_with_all_that_hangs_on_it(app, client, admin, eaten, profile):
    from sqlalchemy import func, select

    from mealplan.schema import EATEN, PLANNED_MEALS

    plan = client.post("/api/v1/plans/week", json={"profile": profile}).json["id"]
    number = eaten["analyses"][0]["id"]
    assert client.delete(f"/api/v1/admin/analyses/{number}", headers=admin).status_code == 204
    assert client.delete(f"/api/v1/admin/plans/{plan}", headers=admin).status_code == 204
    assert client.delete(f"/api/v1/admin/plans/{plan}", headers=admin).status_code == 404
    assert client.get(f"/api/v1/plans/{plan}").status_code == 404
    with app.extensions["mealplan"].database.reading() as connection:
        for table in (EATEN, PLANNED_MEALS):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_plugins_are_shown_and_not_deletable(client, admin):
    assert len(client.get("/api/v1/admin/plugins", headers=admin).json["records"]) == 5
    exported = client.get("/api/v1/admin/plugins/export?format=csv", headers=admin).text
    assert len(list(csv.DictReader(io.StringIO(exported)))) == 5
    assert client.delete("/api/v1/admin/plugins/1", headers=admin).status_code == 405


def test_no_such_collection(client, admin):
    answer = client.get("/api/v1/admin/sessions", headers=admin)
    assert answer.status_code == 404
    assert "plans" in answer.json["error"]["message"]
