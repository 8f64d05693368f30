"""Every simulation is driven by one seed, told at the start so that a failure can be repeated."""

import secrets

import pytest

_SEED = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, help="repeat the simulations of an earlier run")


def pytest_configure(config: pytest.Config) -> None:
    given = config.getoption("--seed")
    config.stash[_SEED] = secrets.randbelow(2**32) if given is None else given


def pytest_report_header(config: pytest.Config) -> str:
    return f"seed {config.stash[_SEED]}; again with: make sim SEED={config.stash[_SEED]}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.write_line(pytest_report_header(config))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return request.config.stash[_SEED]
