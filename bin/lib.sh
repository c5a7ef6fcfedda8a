# shellcheck shell=sh
# What the commands in this directory share. They read it; it does nothing when run by itself.

say() {
    printf '%s\n' "$*"
}

complain() {
    printf '%s\n' "$*" >&2
}

# Is $1 a Python of 3.11 or newer? It is run, because a name on PATH may be an empty promise (a version manager's).
is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

can_make_environments() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

# Print a Python that can make our virtual environment, or say what is missing and how to mend it.
find_python() {
    without_venv=
    for candidate in ${KARAVAN_PYTHON:+"$KARAVAN_PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
        is_new_enough "$candidate" || continue
        if can_make_environments "$candidate"; then
            say "$candidate"
            return 0
        fi
        without_venv=${without_venv:-$candidate}
    done
    if [ -z "$without_venv" ]; then
        complain "Karavan needs Python 3.11 or newer, and found none on PATH."
        complain "Install one, or say where it is: KARAVAN_PYTHON=/path/to/python3 $0"
    elif command -v apt-get >/dev/null 2>&1; then
        package=$("$without_venv" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        complain "This Python cannot make virtual environments yet. This cures it:  apt-get install $package"
    else
        complain "This Python ($without_venv) lacks its venv and ensurepip modules. Install them, or say where another"
        complain "Python is: KARAVAN_PYTHON=/path/to/python3 $0"
    fi
    return 1
}

# Was .venv made here, by a Python that still exists? Its scripts know the place where they were made.
environment_is_sound() {
    [ -x .venv/bin/python ] || return 1
    [ ! -f .venv/karavan-home ] || [ "$(cat .venv/karavan-home)" = "$PWD" ] || return 1
    .venv/bin/python -m pip --version >/dev/null 2>&1
}

# Does .venv hold exactly what the requirements file $1 pins? A copy of the file is left there as a receipt.
environment_holds() {
    [ -x .venv/bin/python ] && [ "$(cat .venv/karavan-home 2>/dev/null)" = "$PWD" ] && cmp -s "$1" ".venv/karavan-$1"
}

# Make .venv hold what the requirements file $1 pins. Costs nothing when it already does.
prepare_environment() {
    environment_holds "$1" && return 0
    if ! environment_is_sound; then
        maker=$(find_python) || exit 1
        say "Making a virtual environment in .venv ..."
        "$maker" -m venv --clear .venv
    fi
    say "Installing what $1 pins (a minute or two the first time) ..."
    rm -f ".venv/karavan-$1"
    if ! .venv/bin/python -m pip install -qq --no-input --disable-pip-version-check --require-hashes -r "$1"; then
        complain "The packages of $1 could not be installed; the lines above say why."
        complain "A package index must be reachable the first time. Start the same command again to go on."
        exit 1
    fi
    printf '%s\n' "$PWD" >.venv/karavan-home
    cp "$1" ".venv/karavan-$1"
}
