"""The HTML report as a browser shows it: on a phone, in the dark, to everybody, offline."""

from dataclasses import replace

import pytest

from report_documents import hostile_run, module_tree, rich_run

pytestmark = [pytest.mark.browser]

SCREENS = [
    pytest.param(1280, 900, "light", id="desktop"),
    pytest.param(1280, 900, "dark", id="desktop-dark"),
    pytest.param(390, 844, "light", id="phone"),
    pytest.param(390, 844, "dark", id="phone-dark"),
]


@pytest.mark.parametrize(("width", "height", "scheme"), SCREENS)
def test_all_plots_are_drawn_in_their_place_without_a_complaint(opened, width, height, scheme):
    with opened(rich_run(), width=width, height=height, scheme=scheme) as page:
        plots = page.locator(".plot").all()
        assert len(plots) == 6
        bottom = 0
        for plot in plots:
            box = plot.bounding_box()
            assert plot.locator("svg.main-svg").count() > 0
            assert box["height"] > 150
            assert box["y"] >= bottom, "one plot lies over another"
            assert box["x"] + box["width"] <= width
            bottom = box["y"] + box["height"]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.complaints == []


@pytest.mark.parametrize(("width", "height", "scheme"), SCREENS)
def test_it_is_accessible(opened, width, height, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with opened(rich_run(), width=width, height=height, scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = Axe().run(page).response["violations"]
        told = [(one["id"], [node["html"][:150] for node in one["nodes"]]) for one in found]
        assert told == []


def test_the_colours_follow_the_scheme_while_it_is_open(opened):
    with opened(rich_run()) as page:
        first_bar = page.locator("#plot-memory .bars path").first
        before = first_bar.evaluate("(bar) => getComputedStyle(bar).fill")
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(
            "(before) => getComputedStyle(document.querySelector('#plot-memory .bars path')).fill"
            " !== before",
            arg=before,
        )
        assert page.complaints == []


def test_bars_end_where_the_figures_say(opened):
    with opened(rich_run()) as page:
        drawn = page.evaluate(
            "document.getElementById('plot-memory').calcdata"
            ".filter((trace) => trace[0].trace.type === 'bar')"
            ".map((trace) => trace.map((bar) => bar.x))"
        )
        assert drawn[-1] == [30, 52, 31]
        budget = page.locator("#plot-memory .shapelayer path").first.bounding_box()
        bar = page.locator("#plot-memory .bars path").first.bounding_box()
        assert budget["x"] > bar["x"] + bar["width"]


def test_modules_are_found_zoomed_and_switched(opened):
    with opened(rich_run()) as page:
        labels = page.locator("#plot-modules .slicetext")
        assert any("werkzeug" in text for text in labels.all_text_contents())
        page.locator("#module-search").fill("flask")
        assert page.locator("#module-found").inner_text().startswith("flask, of 2 found")
        page.wait_for_function("document.getElementById('plot-modules').data[0].level === '0'")
        assert not any("werkzeug" in text for text in labels.all_text_contents())
        page.locator("#module-search").fill("no such thing")
        assert page.locator("#module-found").inner_text() == "nothing is called so"
        page.locator("#module-by").select_option("time")
        page.wait_for_function("document.getElementById('plot-modules').data[0].level === 'all'")
        assert "%{value:.2f} ms" in page.evaluate(
            "document.getElementById('plot-modules').data[0].hovertemplate"
        )
        assert page.complaints == []


def test_a_module_is_zoomed_into_and_out_of_by_clicks(opened):
    level = "document.getElementById('plot-modules').data[0].level"
    with opened(rich_run()) as page:
        page.locator("#plot-modules .slice", has_text="flask").first.click()
        page.wait_for_function(f"{level} === '0'")
        page.locator("#plot-modules .pathbar").first.click()
        page.wait_for_function(f"{level} === 'all'")


def test_five_thousand_modules_are_drawn_in_parts(opened):
    names = [f"package{n % 40}.part{n % 400}.module{n}" for n in range(5000)]
    tops = [f"package{n}" for n in range(40)] + [f"package{n % 40}.part{n}" for n in range(400)]
    run = rich_run()
    measured = replace(run.measurements, attribution=(module_tree(names=(*tops, *names)),))
    with opened(replace(run, measurements=measured)) as page:
        assert 0 < page.locator("#plot-modules .slice").count() < 1500
        page.locator("#module-search").fill("module4999")
        assert page.locator("#module-found").inner_text().startswith("package39.part199.module4999")
        assert page.complaints == []


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>document.title='owned'</script>",
        "<img src='https://example.org/x.png' onerror='document.title=\"owned\"'>",
        '<a href="https://example.org">x</a>',
    ],
)
def test_a_hostile_text_is_shown_and_not_obeyed(opened, text):
    with opened(hostile_run(text)) as page:
        assert page.title() != "owned"
        assert page.locator("img, a[href^=http]").count() == 0
        assert page.locator("svg a, svg image[href^=http]").count() == 0
        assert text in page.locator("h1").inner_text()
        assert page.complaints == []


def test_without_scripts_the_tables_have_the_figures(opened):
    with opened(rich_run(), scripts=False) as page:
        page.locator("#memory summary").first.click()
        assert "search:numpy" in page.locator("#memory table").first.inner_text()
        assert not page.locator("#plot-memory").is_visible()
        assert not page.locator("#module-controls").is_visible()


def test_sections_are_reached_by_the_keyboard(opened):
    with opened(rich_run()) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")
