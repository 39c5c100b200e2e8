"""One project asked about on one platform: what is known, and whom to ask for more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.errors import UndeterminedError
from bootfit.model.platform import Platform, Target
from bootfit.requirements.format_control import ALL, FormatControl, format_control
from bootfit.requirements.index import Index
from bootfit.requirements.index_address import IndexContradictsError
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.installed_size import InstalledSizes
from bootfit.requirements.locked import LockedPackage
from bootfit.requirements.need_cache import NeedCache
from bootfit.requirements.project_files import ProjectRequirements
from bootfit.requirements.requirement_file import RequirementEntry
from bootfit.requirements.resolve import (
    NeedsMetadata,
    NoSolution,
    Question,
    Resolution,
    Resolver,
)
from bootfit.requirements.resolver_answer import not_kept
from bootfit.requirements.verdict import Candidate, python_refusal
from bootfit.requirements.wheel_match import best_wheel

if TYPE_CHECKING:
    from bootfit.requirements.build_needs import BuildNeed
    from bootfit.requirements.core_metadata import SdistMetadata
    from bootfit.requirements.trial_build import TrialBuild

_MAX_SDISTS = 60
_MAX_ROUNDS = 8
_JOBS = 3


@dataclass(frozen=True)
class Inquiry:
    """What the steps of a check share."""

    project: ProjectRequirements
    platform: Platform
    target: Target
    index: Index
    resolver: Resolver
    progress: Callable[[str], None]
    #: Reads the project's files anew for another target: markers differ.
    reread: Callable[[Target], ProjectRequirements]
    #: What sdists need, kept from one run to the next; None for a private index.
    needs: NeedCache | None = None
    #: Tells what wheels take on disk; None where nobody wants to know.
    sizes: InstalledSizes | None = None
    #: Builds sdists; None unless the user allowed it: it runs their code.
    build: Callable[[IndexFile, Target], "TrialBuild"] | None = None
    #: What sdists said, kept from one question to the next.
    metadata: dict[tuple[str, Version], "SdistMetadata"] = field(default_factory=dict)
    #: What sdists need, kept from one target to the next.
    builds: dict[tuple[str, Version], "BuildNeed | None"] = field(default_factory=dict)

    def on(self, target: Target) -> "Inquiry":
        """Return the same inquiry on another target; what was learned is shared."""
        return replace(self, project=self.reread(target), target=target)

    def question(self, entries: Sequence[RequirementEntry]) -> Question:
        """Return what to ask the resolver about ``entries``, under the project's constraints."""
        options = {option.name for option in self.project.options}
        return Question(
            requirements=tuple(stated(entry) for entry in entries),
            constraints=tuple(stated(entry) for entry in self.project.constraints),
            prereleases="pre" in options,
            # What must be built is resolved from its wheels' metadata all the same.
            no_binary=tuple(sorted(self.formats.no_binary - {ALL})),
            only_binary=tuple(sorted(self.formats.only_binary)),
        )

    def resolve(
        self,
        question: Question,
        target: Target,
        *,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Resolution | NoSolution:
        """Return what an installer would choose on ``target``.

        Versions that have an sdist alone are read, not built. Versions whose Requires-Python has
        an upper bound that refuses the target are avoided as pip does, where others will do.

        Args:
            question: what is wanted.
            target: where it must install.
            meanwhile: called while the resolver runs, if it has to.

        Raises:
            UndeterminedError: the index does not answer.
        """
        answer = self._resolve(question, target, meanwhile)
        for weaker in self._with_sdists(question, target):
            # The verdict of each then names those that the refusal of sdists stops.
            if not isinstance(answer, NoSolution):
                break
            question = weaker
            answer = self._resolve(question, target)
        for _ in range(_MAX_ROUNDS):
            if isinstance(answer, NoSolution):
                return answer
            refused = self._refused(answer, target)
            if not refused:
                return answer
            question = replace(question, constraints=(*question.constraints, *refused))
            again = self._resolve(question, target)
            if isinstance(again, NoSolution):
                return answer
            answer = again
        return answer

    def resolve_each(
        self, questions: Sequence[tuple[Question, Target]]
    ) -> list[Resolution | NoSolution]:
        """Return the answers to several questions, a few at a time; errors as `resolve`."""
        with ThreadPoolExecutor(_JOBS) as pool:
            return list(pool.map(lambda pair: self.resolve(*pair), questions))

    def candidates(self, resolution: Resolution, remark: str = "") -> list[Candidate]:
        """Return all that ``resolution`` chose, their index pages fetched together."""
        self.index.pages(resolution.versions)
        return [
            self.candidate(name, version, resolution, remark)
            for name, version in resolution.versions.items()
        ]

    def locked(self) -> list[Candidate]:
        """Return what lock files pin, with the files that they name.

        Raises:
            UndeterminedError: a lock names no addresses, and the index does not answer.
        """
        self.index.pages([package.name for package in self.project.locked if package.on_index])
        return [
            Candidate(
                name=package.name,
                version=package.version,
                direct=package.direct,
                chain=package.chain or (f"{package.place} {package.subject}",),
                place=package.place,
                files=self._locked_files(package),
                hashes=package.hashes,
                requires_python=package.requires_python,
                remark=self._unknown(package),
            )
            for package in self.project.locked
        ]

    def _locked_files(self, package: LockedPackage) -> tuple[IndexFile, ...]:
        """Return the files of the lock, or those of the index that the lock lists."""
        if not package.on_index:
            return package.files
        files = self.index.page(package.name).of(package.version)
        listed = package.filenames
        return tuple(file for file in files if not listed or file.filename in listed)

    def _unknown(self, package: LockedPackage) -> str:
        if not package.on_index or self._locked_files(package):
            return ""
        known = self.index.page(package.name).on_index
        what = f"file of {package.subject}" if known else f"project called {package.name}"
        return f"the index has no {what}"

    def candidate(
        self,
        name: str,
        version: Version,
        resolution: Resolution | None = None,
        remark: str = "",
    ) -> Candidate:
        """Return ``version`` of ``name`` with its files and who brings it in."""
        direct = self.directs()
        entry = direct.get(name)
        chain = chain_to(name, resolution, direct) if resolution else ()
        root = next((e for e in direct.values() if chain and chain[0] == origin(e)), entry)
        chosen = resolution is not None
        page = self.index.page_with(name, version) if chosen else self.index.page(name)
        return Candidate(
            name=name,
            version=version,
            direct=entry is not None,
            chain=chain or ((origin(entry),) if entry else ()),
            place=root.place if root else None,
            files=page.of(version),
            hashes=frozenset(entry.hashes if entry else ()),
            from_source=self.formats.from_source(name),
            only_wheels=self.formats.only_wheels(name),
            remark=remark,
        )

    def _with_sdists(self, question: Question, target: Target) -> Iterator[Question]:
        """Yield weaker questions where sdists are refused: of stuck pins allowed, then of all."""
        if not question.only_binary or question.strict or question.strict_lowest:
            return
        stuck = sorted(
            name
            for name, entry in self.directs().items()
            if self.formats.only_wheels(name)
            and (version := pinned_version(entry)) is not None
            and best_wheel(self.candidate(name, version).files, target).wheel is None
        )
        if stuck:
            # To the resolver, a name to build is an exception from ":all:".
            only = tuple(name for name in question.only_binary if name not in stuck)
            exceptions = stuck if ALL in only else []
            yield replace(question, only_binary=only, no_binary=(*question.no_binary, *exceptions))
        yield replace(question, only_binary=())

    def directs(self) -> dict[str, RequirementEntry]:
        """Return the project's own requirements by normalized name, the first line of each."""
        found: dict[str, RequirementEntry] = {}
        for entry in self.project.requirements:
            found.setdefault(canonicalize_name(entry.requirement.name), entry)
        return found

    @cached_property
    def elsewhere(self) -> frozenset[str]:
        """Return the names of locked packages that come from where nobody can be asked."""
        return frozenset(
            package.name
            for package in self.project.locked
            if package.index and package.name not in self.index.own
        )

    @cached_property
    def formats(self) -> FormatControl:
        """Return which kinds of file the project allows."""
        return format_control((option.name, option.value) for option in self.project.options)

    def _resolve(
        self,
        question: Question,
        target: Target,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Resolution | NoSolution:
        for _ in range(_MAX_SDISTS):
            asked = replace(question, metadata=dict(self.metadata))
            answer = self.resolver.ask(
                asked,
                target,
                heard=lambda name: self.index.begin((name,)),
                meanwhile=meanwhile,
            )
            if not isinstance(answer, NeedsMetadata):
                return answer
            key = (answer.name, answer.version)
            if key in self.metadata:
                raise UndeterminedError(
                    f"the resolver cannot use {answer.name} {answer.version}",
                    "choose another version of it",
                )
            self.metadata[key] = self._read_metadata(answer)
        raise UndeterminedError(
            f"more than {_MAX_SDISTS} versions have an sdist alone",
            "pin the versions of what has no wheels",
        )

    def _read_metadata(self, needed: NeedsMetadata) -> "SdistMetadata":
        """Return what the sdist of a version says, read now or in an earlier run."""
        page = self.index.page(needed.name)
        files = page.of(needed.version)
        if known := self.needs.find_metadata(files) if self.needs else None:
            return known
        if needed.offline:
            raise not_kept()
        from bootfit.requirements.sdist import find_metadata

        self.progress(f"Reading the sdist of {needed.name} {needed.version}")
        metadata = find_metadata(self.index, page, needed.version)
        if self.needs:
            self.needs.keep_metadata(files, metadata)
        return metadata

    def _refused(self, resolution: Resolution, target: Target) -> list[str]:
        """Return ``name!=version`` for versions that pip would pass over.

        And for those that a mirror knows on some of its machines only.
        """
        direct = self.directs()
        self.index.pages(resolution.versions)
        refused = []
        for name, version in resolution.versions.items():
            try:
                refuses = python_refusal(self.candidate(name, version, resolution), target)
            except IndexContradictsError:
                refuses = "the index"
            if refuses and not (name in direct and pinned_version(direct[name])):
                refused.append(f"{name}!={version}")
        return refused


def resolve_on_each(inquiries: Sequence[Inquiry]) -> list[Resolution | NoSolution]:
    """Return what each target would get, a few at a time.

    Raises:
        UndeterminedError: the index does not answer.
    """

    def resolve(inquiry: Inquiry) -> Resolution | NoSolution:
        entries = inquiry.project.requirements
        if not entries:
            return Resolution({}, {})
        return inquiry.resolve(inquiry.question(entries), inquiry.target)

    with ThreadPoolExecutor(_JOBS) as pool:
        return list(pool.map(resolve, inquiries))


def stated(entry: RequirementEntry) -> str:
    """Return the requirement without its marker, which was evaluated for the target."""
    requirement = entry.requirement
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def origin(entry: RequirementEntry) -> str:
    """Return ``requirements.txt:3 pandas==2.1.4``."""
    place = entry.place
    where = f"{place.path}:{place.line}" if place.line else place.path
    return f"{where} {entry.text}"


def pinned_version(entry: RequirementEntry) -> Version | None:
    """Return the one version that ``==`` allows, or None."""
    for specifier in entry.requirement.specifier:
        if specifier.operator == "==" and not specifier.version.endswith(".*"):
            return Version(specifier.version)
    return None


def chain_to(
    name: str, resolution: Resolution, direct: Mapping[str, RequirementEntry]
) -> tuple[str, ...]:
    """Return the shortest way from a requirement of the project to ``name``, both included."""
    ways: dict[str, tuple[str, ...]] = {name: (name,)}
    queue = [name]
    while queue:
        current = queue.pop(0)
        if current in direct:
            first, *rest = ways[current]
            return (
                origin(direct[first]),
                *(f"{step} {resolution.versions[step]}" for step in rest),
            )
        for parent in resolution.wanted_by.get(current, ()):
            if parent in resolution.versions and parent not in ways:
                ways[parent] = (parent, *ways[current])
                queue.append(parent)
    return ()
