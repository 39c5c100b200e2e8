import pytest

from bootfit.emit import emit_all
from bootfit.emit.requirements_minimal import only_for_plugins, top_level
from bootfit.model.app import ImplementationDeclaration
from unit.emit.emitting import a_context, a_plan
from unit.tune.measured import described


def minimal(files, *distributions):
    plugins = described(
        p=(ImplementationDeclaration("rich", "a:b", distributions=distributions), "none")
    ).plugins
    context = a_context(requirements=files, plugins=plugins)
    text = emit_all(a_plan(), context)["requirements-minimal.txt"]
    # the header, and the two lines that say what is missing
    return "".join(text.splitlines(keepends=True)[3:])


@pytest.mark.parametrize(
    "line",
    [
        "pandas",
        "pandas==2.2",
        "Pandas [excel] >= 2",
        "pandas; python_version > '3.9'",
        "pandas @ https://example.invalid/pandas.whl",
        "pandas==2.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb",
        "  pandas~=2.2  # frames",
    ],
)
def test_a_distribution_is_recognised_however_it_is_written(line):
    assert minimal({"r.txt": f"flask\n{line}\nrich\n"}, "pandas") == "flask\nrich\n"


@pytest.mark.parametrize(
    "line", ["pandas-stubs", "pandas2", "geo.pandas", "-e ./pandas", "# pandas", "./pandas.whl"]
)
def test_what_only_looks_like_it_stays(line):
    assert minimal({"r.txt": f"{line}\n"}, "pandas") == f"{line}\n"


def test_names_are_compared_as_the_index_compares_them():
    assert minimal({"r.txt": "Sentence_Transformers\n"}, "sentence-transformers") == ""


def test_comments_of_pip_compile_go_with_their_requirement_and_others_stay():
    text = "# all\nflask==3\n    # via -r in\npandas==2\n    # via\n    #   shop\n# end\n"
    assert minimal({"r.txt": text}, "pandas") == "# all\nflask==3\n    # via -r in\n# end\n"


def test_options_and_blank_lines_stay_in_place():
    text = "--extra-index-url https://example.invalid/simple\n\nflask\npandas\n"
    expected = "--extra-index-url https://example.invalid/simple\n\nflask\n"
    assert minimal({"r.txt": text}, "pandas") == expected


def test_included_files_are_written_out_once_and_unknown_ones_stay_included():
    files = {
        "a.txt": "-r sub/b.txt\n-r sub/b.txt\n--requirement=sub/unknown.txt\nrich",
        "sub/b.txt": "-r ../c.txt\nflask\n",
        "c.txt": "pandas\nclick\n",
    }
    expected = "click\nflask\n--requirement=sub/unknown.txt\nrich\n"
    assert minimal(files, "pandas") == expected
    assert top_level(files) == ["a.txt"]


def test_files_that_include_each_other_do_not_hang():
    files = {"a.txt": "-r b.txt\nflask\n", "b.txt": "-r a.txt\nclick\n"}
    assert sorted(minimal(files).split()) == ["click", "flask"]


def test_a_url_is_no_path():
    text = "-r https://example.invalid/r.txt\n"
    assert minimal({"sub/r.txt": text}) == text


def test_a_distribution_that_a_fallback_needs_stays():
    plugins = described(
        a=(
            ImplementationDeclaration("rich", "a:b", distributions=("numpy>=2", "Faiss.CPU")),
            ImplementationDeclaration("plain", "a:c", distributions=("numpy",)),
        )
    ).plugins
    assert only_for_plugins(plugins) == {"faiss-cpu"}


def test_an_option_line_is_read_as_pip_reads_it():
    files = {
        "a.txt": '-r b.txt -c pins.txt\n-r "my reqs.txt"\n-r \\\nc.txt\n',
        "b.txt": "flask\n",
        "pins.txt": "flask==3\n",
        "my reqs.txt": "click\npandas\n",
        "c.txt": "rich\n",
    }
    assert minimal(files, "pandas") == "flask\n-c pins.txt\nclick\nrich\n"
    assert top_level(files) == ["a.txt"]


def test_paths_with_blanks_are_quoted_where_they_are_written_anew():
    assert minimal({"sub/a.txt": '-c "my pins.txt"\n'}) == "-c 'sub/my pins.txt'\n"


def test_no_credentials_are_written():
    text = (
        "--index-url https://me:s3cret@h.test/simple\n"
        "-r https://me:s3\\\ncret@h.test/r.txt\n"
        "# from https://me:s3cret@h.test\n"
        "x @ git+https://${USER}:${TOKEN}@h.test/x\n"
    )
    written = minimal({"r.txt": text})
    assert "cret" not in written
    assert "Credentials were taken out" in written
    assert "--index-url https://h.test/simple\n-r https://h.test/r.txt\n" in written
    assert "x @ git+https://${USER}:${TOKEN}@h.test/x\n" in written


def test_nothing_is_lost():
    assert minimal({"r.txt": "# a\u2028"}) == "# a\u2028\n"
    text = "a \\\n ; python_version > '3'\n\n  # c\nd\n"
    assert minimal({"r.txt": text}) == text
