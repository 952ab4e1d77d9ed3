"""The hooks themselves, as POSIX shell: what a clone runs before a push, what a server runs on one.

The client's hook asks gryt, which is there: it put the hook in. The server's needs nothing but git,
because nobody installs Python programs on a git host. It reads the few lines of YAML that it has to
in the one form that gryt writes; what is written in another form counts for nothing there.
"""

PRE_PUSH_MARK = "# gryt-hook: pre-push"
SERVER_MARK = "# gryt-hook: server"

_PRE_PUSH = r"""#!/bin/sh
# gryt-hook: pre-push
# Made by 'gryt hooks install'; 'gryt hooks uninstall' takes it away again. It refuses a release tag
# that no promotion made, and a push that would take something out of the ledger.
input=$(cat)
before="$0.before-gryt"
if [ -x "$before" ]; then
    printf '%s\n' "$input" | "$before" "$@" || exit
fi
python=@PYTHON@
if command -v gryt >/dev/null 2>&1; then
    printf '%s\n' "$input" | gryt hooks run pre-push "$@"
elif [ -x "$python" ]; then
    printf '%s\n' "$input" | "$python" -m gryt hooks run pre-push "$@"
else
    echo "gryt: the pre-push hook cannot find gryt" >&2
    echo "hint: install gryt, or push without the hook: git push --no-verify" >&2
    exit 1
fi
"""

SERVER = r"""#!/bin/sh
# gryt-hook: server
# Made by 'gryt hooks server'. Install it as hooks/pre-receive of a bare repository; git alone is
# enough on the server. As hooks/update it works too, but does not see the other refs of a push, so
# that a ledger and its tag have to come one after the other.
#
# It refuses: rewinding or deleting anything of the ledger or its notes, changing or removing a
# record, release tags and candidates that the ledger does not tell of, and moving or deleting them.
before="$0.before-gryt"
if [ $# -eq 3 ]; then
    input="$2 $3 $1"
    if [ -x "$before" ]; then "$before" "$@" || exit; fi
else
    input=$(cat)
    if [ -x "$before" ]; then printf '%s\n' "$input" | "$before" "$@" || exit; fi
fi
namespace=$(git config --get gryt.namespace) || namespace=refs/gryt
status=0
nl='
'

refuse() { # REF REASON [HINT]
    echo "gryt: refused '$1': $2" >&2
    [ -z "$3" ] || echo "hint: $3" >&2
    status=1
}

absent() { # ID: is it all zeros
    case $1 in *[!0]*) return 1 ;; *) return 0 ;; esac
}

tip_of() { # REF: where it will be after this push
    found=$(printf '%s\n' "$input" | while read -r _ id name; do
        [ "$name" = "$1" ] && echo "$id"
    done)
    if [ -n "$found" ]; then
        absent "$found" || echo "$found"
    else
        git rev-parse --verify --quiet "$1^{commit}"
    fi
}

field() { # BLOB KEY: the value of a line 'KEY: value'
    git cat-file blob "$1" | sed -n "s/^$2: *['\"]\{0,1\}\([^'\"]*\)['\"]\{0,1\} *\$/\1/p" |
        head -n 1
}

records() { # TIP WHAT: paths of records of one kind, oldest first
    git ls-tree -r --name-only "$1" generation/ |
        grep "^generation/[0-9a-z]\{26\}-$2\.yaml\$" | LC_ALL=C sort
}

id_of() { # PATH
    name=${1##*/}
    echo "${name%%-*}"
}

promotion() { # TIP: the path of the promotion that counts
    gone=
    for path in $(records "$1" rolled-back | LC_ALL=C sort -r); do
        case $gone in *" $(id_of "$path") "*) continue ;; esac
        gone="$gone $(git cat-file blob "$1:$path" |
            sed -n '/^supersedes:/,/^[a-z]/s/^ *- *//p' | tr -d "'\"" | tr '\n' ' ') "
    done
    for path in $(records "$1" promoted); do
        case $gone in
            *" $(id_of "$path") "*) ;;
            *) echo "$path"; return ;;
        esac
    done
}

passed() { # TIP COMMIT: did an evolution pass on this commit
    [ -n "$2" ] || return 1
    for found in $(git grep -G --no-color -l -e "^commit: ['\"]\{0,1\}$2" "$1" -- evolutions); do
        case $found in *-run-finished.yaml) ;; *) continue ;; esac
        [ "$(field "$found" status)" = pass ] && return 0
    done
    return 1
}

ledger() { # OLD NEW REF
    if absent "$2"; then
        refuse "$3" "this would delete it" "nothing is ever taken out of a ledger"
        return
    fi
    if [ "$(git cat-file -t "$2")" != commit ]; then
        refuse "$3" "it must be a commit"
        return
    fi
    since="--not --all"
    if ! absent "$1"; then
        since="^$1"
        if ! git merge-base --is-ancestor "$1" "$2"; then
            refuse "$3" "this would rewind it: $1 would be lost" "gryt sync pull, then push again"
            return
        fi
    fi
    case $3 in refs/notes/*) return ;; esac
    # shellcheck disable=SC2086 # two words
    changed=$(git rev-list "$2" $since -- |
        git diff-tree --stdin -m -r --no-renames --diff-filter=MDT --name-only --no-commit-id)
    if [ -n "$changed" ]; then
        refuse "$3" "this would change or remove ${changed%%"$nl"*}" \
            "records are written once: gryt verify"
    fi
}

release_tag() { # OLD NEW REF
    tag=${3#refs/tags/}
    if absent "$2"; then
        refuse "$3" "this would delete a tag that others rely on"
        return
    fi
    version=$tag
    tip=$(tip_of "$namespace/generations/$version")
    kind=release
    if [ -z "$tip" ]; then
        case $tag in
            *-rc.*)
                version=${tag%-rc.*}
                kind=candidate
                tip=$(tip_of "$namespace/generations/$version")
                ;;
        esac
    fi
    if [ -z "$tip" ]; then
        refuse "$3" "there is no generation '$version' here, so nothing promoted it" \
            "push both: git push --atomic REMOTE $namespace/generations/$version refs/tags/$tag"
        return
    fi
    if [ "$(git cat-file -t "$2")" != tag ] ||
        [ "$(git cat-file tag "$2" | sed -n '1,/^$/s/^tag //p')" != "$tag" ]; then
        refuse "$3" "it is no annotated tag called '$tag'" "gryt verify"
        return
    fi
    if [ $kind = candidate ]; then
        if ! absent "$1"; then
            refuse "$3" "this would move it" "gryt verify"
        elif ! passed "$tip" "$(git rev-parse --verify --quiet "$2^{commit}")"; then
            refuse "$3" "no evolution of '$version' passed on that commit" "gryt run"
        fi
        return
    fi
    commit=$(git rev-parse --verify --quiet "$2^{commit}")
    path=$(promotion "$tip")
    if [ -z "$path" ]; then
        refuse "$3" "'$version' is not promoted" "gryt generation promote $version"
    elif [ "$(field "$tip:$path" tag_object)" != "$2" ]; then
        refuse "$3" "its promotion made another tag object" "gryt verify"
    elif [ "$(field "$tip:$path" commit)" != "$commit" ]; then
        refuse "$3" "its promotion is of another commit" "gryt verify"
    fi
}

while read -r old new ref; do
    case $ref in
        "$namespace"/* | refs/gryt/* | refs/notes/gryt) ledger "$old" "$new" "$ref" ;;
        refs/heads/gryt/generations/* | refs/heads/gryt/meta) ledger "$old" "$new" "$ref" ;;
        refs/tags/v[0-9]*) release_tag "$old" "$new" "$ref" ;;
        refs/tags/[0-9]*) # a release only where the ledger knows its version
            tag=${ref#refs/tags/}
            known=$(tip_of "$namespace/generations/${tag%-rc.*}")
            [ -z "$known" ] || release_tag "$old" "$new" "$ref"
            ;;
    esac
done <<EOF
$input
EOF
exit $status
"""
"""The server's hook, whole."""


def pre_push(python: str) -> str:
    """Return the hook of a clone; where no gryt is on the PATH, it asks this Python for one."""
    quoted = "'" + python.replace("'", "'\\''") + "'"
    return _PRE_PUSH.replace("@PYTHON@", quoted)
