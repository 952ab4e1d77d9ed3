"""What is said to build machines, and that steps cannot say anything to them through gryt."""

from gryt.render.dialects import Actions, GitLab, Place, Plain, dialect


def words() -> str:
    return "a-secret-word"


def test_each_machine_is_spoken_to_in_its_own_way() -> None:
    assert type(dialect(None, new_word=words)) is Plain
    assert type(dialect("jenkins", new_word=words)) is Plain
    assert type(dialect("gitlab", new_word=words)) is GitLab
    for system in ("github", "forgejo", "gitea"):
        assert type(dialect(system, new_word=words)) is Actions


def test_on_github_a_block_is_a_group_in_which_commands_are_stopped() -> None:
    speech = Actions(new_word=words)
    assert speech.open("test (1/2)", key="1-test", at=0) == (
        "::group::test (1/2)\n::stop-commands::a-secret-word\n"
    )
    assert speech.close(key="1-test", at=0) == "::a-secret-word::\n::endgroup::\n"
    assert speech.quoted("::error::x") == (
        "::stop-commands::a-secret-word\n::error::x\n::a-secret-word::\n"
    )


def test_an_annotation_is_one_line_whatever_is_in_it() -> None:
    text = Actions(new_word=words).annotate(
        "error", "a,b:c\n::x::", "100%\r\n::set-output name=a::b", Place("ci.yaml", 3)
    )
    assert text == (
        "::error file=ci.yaml,line=3,title=a%2Cb%3Ac%0A%3A%3Ax%3A%3A"
        "::100%25%0D%0A::set-output name=a::b\n"
    )
    assert Actions(new_word=words).annotate("notice", "t", "x", None) == "::notice title=t::x\n"


def test_on_gitlab_a_block_is_a_section_with_a_name_that_it_takes() -> None:
    speech = GitLab()
    assert speech.open("test[py=3.12] (1/2)", key="1-test[py=3.12]", at=7) == (
        "\x1b[0Ksection_start:7:gryt_1-test-py-3.12-[collapsed=true]\r\x1b[0K"
        "==> test[py=3.12] (1/2)\n"
    )
    assert speech.close(key="1-test[py=3.12]", at=9) == (
        "\x1b[0Ksection_end:9:gryt_1-test-py-3.12-\r\x1b[0K\n"
    )
    assert speech.annotate("error", "t", "x", None) == ""
