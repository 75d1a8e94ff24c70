"""What an environment holds that is secret, and what only looks like it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.environment_secrets import redactor, secrets_of

PASSWORD = "p@ss/wörd 'x\"\\y"
ADDRESS = "postgresql://reader:p%40ss%2Fw%C3%B6rd%20%27x%22%5Cy@db.example.org/bookings"
VALUE = "a-value-of-it"


@pytest.mark.parametrize(
    "name",
    [
        *("ANALYTICS_API_TOKEN", "SMTP_PASSWORD", "PGPASSWORD", "aws_secret_access_key", "STRIPE_API_KEY"),
        *("GOOGLE_CREDENTIALS", "DB_PASS", "SMTP_PASS", "PASS", "SSHPASS", "MYSQL_PWD", "STRIPE_KEY"),
        *("ENCRYPTION_KEY", "SECRET_KEY", "KEY", "GITHUB_PAT", "REDISCLI_AUTH", "HTTP_AUTH", "AUTH_HEADER"),
        *("AUTHORIZATION", "stripe_key"),
    ],
)
def test_a_variable_is_secret_by_its_name(name: str) -> None:
    assert secrets_of({name: VALUE}) == {VALUE}


@pytest.mark.parametrize(
    "name",
    [
        *("PWD", "OLDPWD", "HOME", "PATH", "TERM", "MONKEY", "KEYBOARD", "KEYBOARD_LAYOUT", "XAUTHORITY"),
        *("SSH_AUTH_SOCK", "GIT_AUTHOR_NAME", "LS_COLORS", "JPY_PARENT_PID", "JPY_SESSION_NAME", "COMPASS"),
        *("PATTERN", "PARTITION_KEY", "SORT_KEY", "SIGNING_PUBLIC_KEY", "KEYS", "HOST_PATH", "BYPASS"),
    ],
)
def test_other_names_are_innocent(name: str) -> None:
    assert secrets_of({name: VALUE}) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("MAX_TOKEN_COUNT", "100000"), ("TOKEN_SHARE", "0.250000"), ("AES_KEY", "-128000")),
        *(("HTTP_AUTH", "Kerberos"), ("SMTP_PASS", "default"), ("DB_PASSWORD", "password"), ("API_KEY", "")),
        ("TERM", "xterm-256color"),
        ("LS_COLORS", "rs=0:di=01;34:ln=01;36:*.tar=01;31:*.key=01;35"),
        ("JPY_SESSION_NAME", "notebooks/compass=north.ipynb"),
        ("DATABASE_URL", "postgresql://reader@db.example.org/bookings"),
        ("ANALYTICS_DATABASE_URL", "duckdb:////data/sample.duckdb"),
        ("HOMEPAGE", "https://example.org?mail=reader@example.org"),
        ("REPOSITORY", "https://git@example.org/bookings.git"),
        ("ODD", "a://b:c"),
    ],
)
def test_other_values_are_innocent(name: str, value: str) -> None:
    assert secrets_of({name: value}) == set()


def test_the_path_of_a_file_is_innocent_and_a_name_in_this_folder_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bookings").write_text("")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("agent.sock")
        environment = {
            "TLS_KEY": str(tmp_path / "bookings"),
            "AGENT_AUTH": str(tmp_path / "agent.sock"),
            "LIBPQ": f"host=db sslpassword={tmp_path / 'bookings'}",
        }
        assert secrets_of(environment) == set()
    assert secrets_of({"DB_PASS": "bookings"}) == {"bookings"}
    assert secrets_of({"TLS_KEY": str(tmp_path / "none")}) == {str(tmp_path / "none")}
    assert secrets_of({"DB_PASS": "/" + "x" * 5000}) == {"/" + "x" * 5000}


def test_a_password_may_be_a_number() -> None:
    assert secrets_of({"DB_PASS": "84736251"}) == {"84736251"}
    assert secrets_of({"CARD_KEY": "8473625184736251"}) == {"8473625184736251"}


def test_the_password_of_an_address_is_secret_and_so_is_the_address() -> None:
    assert secrets_of({"ANALYTICS_DATABASE_URL": ADDRESS}) == {PASSWORD, ADDRESS}
    in_query = "postgresql://db.example.org/bookings?sslpassword=hunter-22"
    assert secrets_of({}, [in_query]) == {"hunter-22", in_query}


@pytest.mark.parametrize(
    "address",
    [
        "https://0123456789abcdef@errors.example.org/1",
        "http://0123456789abcdef@errors.example.org/1",
        "HTTPS://0123456789abcdef:@errors.example.org",
    ],
)
def test_the_user_of_a_service_is_its_key(address: str) -> None:
    assert secrets_of({"SENTRY_DSN": address}) == {"0123456789abcdef", address}
    among = secrets_of({"OPTIONS": f"--index {address} --quiet"})
    assert among == {"0123456789abcdef", address}


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("host=db user=reader password=hunter-22 dbname=bookings", {"hunter-22"}),
        ("host=db password = 'hunter 22' user=reader", {"hunter 22"}),
        (r"password='it\'s \\ secret' host=db", {r"it\'s \\ secret", r"it's \ secret"}),
        (r"password=hunter\ 22 host=db", {r"hunter\ 22", "hunter 22"}),
        ("sslpassword=hunter-22", {"hunter-22"}),
        ("Server=db;Uid=reader;Pwd=hunter-22;Database=b", {"hunter-22", "hunter-22;Database=b"}),
        ("Driver={Any};PWD={hunter; 22};Server=db", {"hunter; 22"}),
        ('--user reader --db-pass="hunter 22"', {"hunter 22"}),
        ("api-key=hunter-22,tenant=a", {"hunter-22", "hunter-22,tenant=a"}),
        ("host=db user=reader dbname=bookings", set()),
        ("bypass=localhost compass=northwest tokens=100000 keyboard=german passfile=bookings", set()),
    ],
)
def test_the_password_in_a_setting_is_secret(text: str, secrets: set[str]) -> None:
    assert secrets_of({"ANY_VARIABLE": text}) == secrets
    assert secrets_of({}, [text]) == secrets


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_a_password_is_found_however_libpq_quotes_it(password: str) -> None:
    quoted = password.replace("\\", r"\\").replace("'", r"\'")
    found = secrets_of({"CONNECTION": f"host=db password='{quoted}' user=reader"})
    assert password in found or password in ("default", "/")


@given(st.dictionaries(st.text(), st.text()))
def test_any_environment_is_read(environment: dict[str, str]) -> None:
    assert "" not in secrets_of(environment)


def test_the_environment_of_this_process_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASS", "hunter-22")
    assert redactor([ADDRESS]).text(f"hunter-22 {ADDRESS} {os.curdir}") == "[secret] [secret] ."
