"""Requirements that list hashes, and versions that were withdrawn."""

from bootfit.model.finding import Severity

PKG_INFO = "Metadata-Version: {}\nName: {}\nVersion: {}\n"


def test_yanked_and_hashes(index, check):
    index.wheel("a", "1.0")
    index.yank("a-1.0-py3-none-any.whl", "wrong licence")
    checks, findings, _ = check("a==1.0")
    assert checks["a"].installs
    assert "wrong licence" in findings[0].message
    checks, findings, _ = check(f"a==1.0 --hash=sha256:{'0' * 64}")
    assert not checks["a"].installs
    assert any("hashes" in line for line in checks["a"].evidence)


def test_an_sdist_must_have_one_of_the_hashes_as_well(index, check):
    index.wheel("a", "1.0")
    index.sdist("a", "1.0", {"PKG-INFO": PKG_INFO.format("2.2", "a", "1.0")})
    checks, findings, _ = check(f"a==1.0 --hash=sha256:{'0' * 64}")
    assert not checks["a"].installs
    assert any("sdist has none of the hashes" in line for line in checks["a"].evidence)
    assert not any("cannot be read" in line for line in checks["a"].evidence)
    assert Severity.ERROR in {finding.severity for finding in findings}


def test_one_hash_asks_for_hashes_and_pins_everywhere(index, check):
    index.wheel("a", "1.0", requires=["b"])
    index.wheel("b", "2.0")
    digest = index.digest("a-1.0-py3-none-any.whl")
    _, findings, _ = check(f"a==1.0 --hash=sha256:{digest}\nb")
    (finding,) = [one for one in findings if one.code == "BF114"]
    assert finding.severity is Severity.ERROR
    assert finding.evidence == ("b 2.0 has no hash", "b is not pinned with ==")
    _, findings, _ = check(f"a==1.0 --hash=sha256:{digest}")
    (finding,) = [one for one in findings if one.code == "BF114"]
    assert finding.evidence == ("b 2.0 has no hash",)
    other = index.digest("b-2.0-py3-none-any.whl")
    both = f"a==1.0 --hash=sha256:{digest}\nb==2.0 --hash=sha256:{other}"
    assert not check(both)[1]
