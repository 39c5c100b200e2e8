"""The texts that `emit` works on, whatever the project lists its requirements in."""

from bootfit.model.platform import Target
from bootfit.requirements import read_requirement_texts, required_names

TARGET = Target(python="3.11.9", libc="glibc", libc_version="2.36", architecture="x86_64")


def test_requirement_files_come_as_they_are_with_what_they_include(tmp_path):
    (tmp_path / "requirements.txt").write_text("-r base.txt\nflask  # web\n")
    (tmp_path / "base.txt").write_text("click==8\n")
    assert read_requirement_texts(tmp_path, ["requirements.txt"], TARGET) == {
        "requirements.txt": "-r base.txt\nflask  # web\n",
        "base.txt": "click==8\n",
    }


def test_a_pyproject_becomes_lines(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask>=3"]\n'
        '[project.optional-dependencies]\nexport = ["xlsxwriter"]\n'
    )
    name = "pyproject.toml[export]"
    assert read_requirement_texts(tmp_path, [name], TARGET) == {name: "flask>=3\nxlsxwriter\n"}


def test_names_are_direct_normalised_and_of_the_target(tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "Flask_SQLAlchemy==3\nflask-sqlalchemy\nnumpy; python_version < '3.9'\n-c pins.txt\n"
    )
    (tmp_path / "pins.txt").write_text("werkzeug==3\n")
    assert required_names(tmp_path, ["requirements.txt"], TARGET) == ("flask-sqlalchemy",)


def test_only_requirement_files_are_texts(tmp_path):
    (tmp_path / "requirements.txt").write_text("-e .\nclick\n")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask>=3"]\n'
    )
    files = ["requirements.txt"]
    assert read_requirement_texts(tmp_path, files, TARGET) == {"requirements.txt": "-e .\nclick\n"}
    assert required_names(tmp_path, files, TARGET) == ("flask", "click")
