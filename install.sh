#!/usr/bin/env bash
# Installs Barbox: a demo to play with, the tests, or a real box. `./install.sh --help` tells more.
set -euo pipefail
cd "$(dirname "$0")"

readonly OPT=/opt/barbox ETC=/etc/barbox VAR=/var/lib/barbox
readonly UNITS=/etc/systemd/system UDEV=/etc/udev/rules.d COMMAND=/usr/local/bin/barbox
readonly LOGS=/etc/systemd/journald.conf.d/barbox.conf
readonly ENABLED=(barbox.service barbox-update.path barbox-first-boot.service)
# What firmware_scripts set up that runs from the program's folder, and the wildcard that leads to its portal.
readonly LENT=("$UNITS/barbox-portal.service" "$UNITS/barbox-rescue@.service" "$UDEV/80-barbox-rescue.rules"
    /etc/NetworkManager/dnsmasq-shared.d/barbox.conf)
readonly PAPER_FONTS=(fonts-wqy-microhei fonts-unifont)

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "Stopped: $*"
    exit 1
}

usage() {
    cat <<'END'
Usage:
  ./install.sh --demo [OPTIONS]     a sample bar with virtual printers, in this folder; OPTIONS go to `barbox demo`
  ./install.sh --test [OPTIONS]     installs and runs the tests; OPTIONS go to pytest
  sudo ./install.sh                 a real box: user, program, settings and services of this machine
  sudo ./install.sh --offline DIR   the same without internet, from a wheelhouse (firmware_scripts build-wheelhouse)
  sudo ./install.sh --uninstall     removes program and services; keeps the bar's data and settings
  ./install.sh --help

Every form can be run again at any time; what is already there is left alone.
Set PYTHON to choose the Python to use (3.11 or newer).
END
}

# --- what the machine has -------------------------------------------------------------------------------------

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    [ -n "${python:-}" ] || fail "Barbox needs Python 3.11 or newer. On Debian 12 or newer: apt install python3"
    "$python" -c 'import sys; sys.exit(sys.maxsize < 2**32)' ||
        fail "Barbox needs a 64-bit system; this one is 32-bit. On a Raspberry Pi choose the 64-bit Raspberry Pi OS."
}

can_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
    done
}

# Installs Debian packages that are not there yet; returns 1 when it could not.
debian_packages() {
    local missing
    command -v apt-get >/dev/null || return 1
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    [ -z "${offline:-}" ] && can_be_root || return 1
    say "Installing from Debian, with administrator rights: ${missing[*]}"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}")
    { as_root "${install[@]}" || { as_root apt-get update -q && as_root "${install[@]}"; }; } >/dev/null
}

paper_fonts() {
    local carried=()
    [ -z "${offline:-}" ] || carried=("$offline"/fonts-*.deb)
    if [ -f "${carried[0]:-}" ] && [ -n "$(missing_packages "${PAPER_FONTS[@]}")" ]; then
        dpkg --install "${carried[@]}" >/dev/null || true
    fi
    debian_packages "${PAPER_FONTS[@]}" ||
        say "Note: without the packages ${PAPER_FONTS[*]}, Chinese cannot be drawn on paper. Please install them."
}

# --- the Python environment -----------------------------------------------------------------------------------

make_venv() { # DIR
    local pip
    if [ -n "${offline:-}" ]; then
        # Debian keeps pip in a package of its own, which may not be here: the wheelhouse brings it.
        pip=("$offline"/pip-*.whl)
        "$python" -m venv --without-pip "$1" &&
            "$1/bin/python" "${pip[0]}/pip" install --quiet --no-index --find-links "$offline" pip && return
        fail "the wheelhouse $offline does not hold all that is needed."
    fi
    "$python" -m venv "$1" >/dev/null 2>&1 && return
    say "This Python cannot make environments yet; the package python3-venv is missing."
    rm -rf "$1"
    if debian_packages "$(basename "$(readlink -f "$(command -v "$python")")")-venv" || debian_packages python3-venv; then
        "$python" -m venv "$1" && return
    fi
    fail "Please run: sudo apt install python3-venv   and then this command again."
}

pip_install() { # VENV REQUIREMENT...
    local venv sources=()
    venv=$(readlink -f "$1")
    shift
    [ -z "${offline:-}" ] || sources=(--no-index --find-links "$offline")
    # /tmp is often in memory, and Node unpacked there would fill it.
    mkdir -p "$venv/tmp"
    TMPDIR=$venv/tmp "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${sources[@]}" "$@" || return
    rm -rf "$venv/tmp"
}

# Names the state of everything the installation is made from; changes when any of it changes.
fingerprint() { # PATH...
    {
        "$python" --version
        pwd
        find "$@" -type f \
            -not -path '*/node_modules/*' -not -path '*/.svelte-kit/*' -not -path '*/__pycache__/*' -not -path '*/.cache/*' \
            -not -path 'barbox/web/dist/*' \
            -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d ' ' -f 1
}

warn_of_little_memory() {
    local megabytes
    megabytes=$(awk '/^(MemAvailable|SwapFree):/ { sum += $2 } END { print int(sum / 1024) }' /proc/meminfo)
    [ "$megabytes" -ge 1200 ] ||
        say "Note: $megabytes MB of memory are free and building the tablets' app needs about 1000." \
            "If it fails, build a wheelhouse on another computer and use --offline."
}

# What runs here is what was tested: every package by its version and hash, where the lock knows this Python.
install_pinned() { # EXTRAS
    local lock=requirements/box.lock
    [ -z "$1" ] || lock=requirements/ci.lock
    if .venv/bin/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
        pip_install .venv --require-hashes --requirement "$lock" && pip_install .venv --no-deps --editable .
    else
        pip_install .venv --editable ".${1:+[$1]}"
    fi
}

# Makes .venv in this folder, with Barbox installed from it and the tablets' app built into it.
install_here() { # EXTRAS ("", "test" or more, with commas)
    local extra=$1 stamp=.venv/.installed-from now known=''
    now=$(fingerprint pyproject.toml requirements build_backend.py barbox/build_web.py barbox/web)
    if .venv/bin/python -c '' 2>/dev/null && [ -f "$stamp" ]; then
        known=$(head -n 1 "$stamp")
        [ -n "$extra" ] || extra=$(sed -n 2p "$stamp")
        if [ "$known" = "$now" ] && [ "$extra" = "$(sed -n 2p "$stamp")" ] && [ -d barbox/web/dist ]; then
            return
        fi
    fi
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        rm -rf .venv
        say "Making a Python environment in $PWD/.venv"
        make_venv .venv
    fi
    warn_of_little_memory
    say "Installing Barbox and building the tablets' app: one to three minutes the first time."
    install_pinned "$extra" || fail "the installation did not succeed; the lines above say why."
    # Generated sources count too, so the state is read again after the build.
    now=$(fingerprint pyproject.toml requirements build_backend.py barbox/build_web.py barbox/web)
    printf '%s\n%s\n' "$now" "$extra" >"$stamp"
    say "Installed."
}

demo() {
    paper_fonts
    install_here ''
    exec .venv/bin/barbox demo "$@"
}

run_tests() {
    debian_packages "${PAPER_FONTS[@]}" chromium iproute2 libatomic1 strace zbar-tools ||
        say "Note: without ${PAPER_FONTS[*]}, chromium, strace and zbar-tools, the tests of paper, browser and power cuts" \
            "are skipped or fail. Please install these packages."
    install_here "${EXTRAS:-test}"
    exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile "$@"
}

# --- a real box -----------------------------------------------------------------------------------------------

require_root() {
    [ "$(id -u)" = 0 ] || fail "a real box needs root: sudo ./install.sh   (to look around first: ./install.sh --demo)"
}

has_systemd() { [ -d /run/systemd/system ]; }

release_name() { # FINGERPRINT
    local version
    version=$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
    # The same version from changed sources goes beside the running release, never over it.
    if [ -f "$OPT/releases/$version/.installed-from" ] && [ "$(cat "$OPT/releases/$version/.installed-from")" != "$1" ]; then
        version="$version+${1:0:8}"
    fi
    printf '%s' "$version"
}

# The sources alone, without what demo and tests left in this folder: pip would take it all along.
copy_of_sources() {
    local copy
    copy=$(mktemp -d "$OPT/source.XXXXXX")
    tar --create --exclude='./.*' --exclude=./build --exclude=node_modules --exclude=.svelte-kit --exclude=__pycache__ . |
        tar --extract --directory "$copy" --no-same-owner
    printf '%s' "$copy"
}

# A stick that lost a file, or half of one, is found out before anything is changed.
check_wheelhouse() {
    [ -f "$offline/SHA256SUMS" ] || fail "$offline is not a wheelhouse: it has no SHA256SUMS (firmware_scripts build-wheelhouse makes it)."
    (cd "$offline" && sha256sum --check --quiet --strict SHA256SUMS) >&2 || fail "the wheelhouse $offline is damaged: copy it again."
}

install_release() {
    local now release previous source
    if [ -n "${offline:-}" ]; then
        now=$(fingerprint pyproject.toml requirements firmware_scripts systemd "$offline")
    else
        now=$(fingerprint pyproject.toml requirements build_backend.py barbox printers firmware_scripts systemd)
    fi
    release=$OPT/releases/$(release_name "$now")
    if [ ! -f "$release/.installed-from" ]; then
        say "Installing the program in $release: one to three minutes, longer on a Raspberry Pi."
        rm -rf "$release"
        mkdir -p "$OPT/releases"
        make_venv "$release"
        # What a box runs is what was tested: every package by its version and hash.
        pip_install "$release" --require-hashes --requirement requirements/box.lock ||
            fail "the installation did not succeed; the lines above say why."
        if [ -n "${offline:-}" ]; then
            pip_install "$release" --no-deps barbox || fail "the wheelhouse $offline does not hold all that is needed."
        else
            warn_of_little_memory
            source=$(copy_of_sources)
            pip_install "$release" --no-deps "$source" ||
                fail "the installation did not succeed; the lines above say why."
            rm -rf "$source"
        fi
        cp -r firmware_scripts systemd README.md "$release/"
        sync
        printf '%s\n' "$now" >"$release/.installed-from"
    fi
    previous=$(readlink -f "$OPT/current" || true)
    # The launcher chooses at each start between the good release and one on trial (barbox update).
    install -m 0644 "$release"/lib/python3*/site-packages/barbox/updates/slots.py "$OPT/slots.py"
    "$python" -I "$OPT/slots.py" settle "$(basename "$release")" --root "$OPT" --data "$VAR"
    ln -sfn "$OPT/current/bin/barbox" "$COMMAND"
    if [ "$previous" != "$release" ]; then forget_releases "$release" "$previous"; fi
}

# Removes all releases but the given two: the one in use and the one before it.
forget_releases() { # RELEASE RELEASE
    local release
    for release in "$OPT"/releases/*; do
        if [ "$release" != "$1" ] && [ "$release" != "$2" ]; then rm -rf "$release"; fi
    done
}

install_user_and_folders() {
    local group
    if ! id barbox >/dev/null 2>&1; then
        say "Making the user barbox."
        useradd --system --user-group --home-dir "$VAR" --no-create-home --shell /usr/sbin/nologin barbox
    fi
    for group in dialout lp; do # serial and USB printers
        if getent group "$group" >/dev/null; then usermod --append --groups "$group" barbox; fi
    done
    install -d -m 0700 -o barbox -g barbox "$VAR"
    install -d -m 0750 -o root -g barbox "$ETC"
    install -d -m 0755 "$ETC/update-keys"
    if [ ! -f "$ETC/barbox.toml" ]; then
        install -m 0640 -o root -g barbox systemd/barbox.toml "$ETC/barbox.toml"
    fi
}

install_services() {
    install -d "$UDEV" "$UNITS"
    install -m 0644 systemd/*.rules "$UDEV/"
    install -m 0644 systemd/*.service systemd/*.path "$UNITS/"
    install -D -m 0644 systemd/journald-barbox.conf "$LOGS"
    if command -v udevadm >/dev/null && [ -S /run/udev/control ]; then
        udevadm control --reload
        udevadm trigger --subsystem-match=usb --subsystem-match=usbmisc
    fi
    if command -v systemctl >/dev/null; then systemctl enable --quiet "${ENABLED[@]}"; fi
    if ! has_systemd; then
        say "systemd does not run here (a container?), so nothing was started. To start the box by hand:"
        say "  runuser -u barbox -- $COMMAND serve --data $VAR"
        return
    fi
    systemctl daemon-reload
    systemctl start barbox-update.path
    # A bar that is open is not disturbed for nothing.
    if systemctl is-active --quiet barbox.service && [ "$(cat "$OPT/.started-from" 2>/dev/null)" = "$(box_state)" ]; then
        say "The box runs, and nothing has changed."
    else
        say "Starting the box."
        systemctl restart barbox.service || fail "the box did not start: journalctl -u barbox -n 50   shows why."
        box_state >"$OPT/.started-from"
        say "The box runs."
    fi
    show_addresses
}

# What a box is started from: release, unit and settings.
box_state() {
    { readlink "$OPT/current" && cat "$UNITS/barbox.service" "$ETC/barbox.toml"; } | sha256sum
}

# What the box itself says since its last start: addresses, and the set-up code while it is new.
show_addresses() {
    local run said='' tries
    run=$(systemctl show --property InvocationID --value barbox.service)
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        said=$(journalctl _SYSTEMD_INVOCATION_ID="$run" -o cat --no-pager 2>/dev/null | grep -v '^{' || true)
        case $said in *"tablets:"*) break ;; esac
        sleep "0.$tries"
    done
    say "$said"
}

real_box() {
    require_root
    umask 022
    [ -z "${offline:-}" ] || check_wheelhouse
    paper_fonts
    debian_packages libusb-1.0-0 || say "Note: without libusb-1.0-0 only network, serial and /dev/usb/lp printers work."
    install_user_and_folders
    install_release
    install_services
    say "Done. Data: $VAR   Settings: $ETC/barbox.toml   Program: $OPT/current"
}

uninstall() {
    local file
    require_root
    if has_systemd; then systemctl stop barbox.service 2>/dev/null || true; fi
    if command -v systemctl >/dev/null; then
        systemctl disable --quiet --now "${ENABLED[@]}" barbox-portal.service 2>/dev/null || true
    fi
    for file in systemd/*.service systemd/*.path; do rm -f "$UNITS/$(basename "$file")"; done
    for file in systemd/*.rules; do rm -f "$UDEV/$(basename "$file")"; done
    rm -rf "$OPT" "$LOGS" "${LENT[@]}"
    if [ -L "$COMMAND" ]; then rm -f "$COMMAND"; fi
    if has_systemd; then systemctl daemon-reload; fi
    say "Barbox is removed. Kept: the bar's data in $VAR, its settings in $ETC, and the user barbox who owns them."
}

case "${1:-}" in
--help | -h)
    usage
    ;;
--demo)
    shift
    find_python
    demo "$@"
    ;;
--test)
    shift
    find_python
    run_tests "$@"
    ;;
--uninstall)
    uninstall
    ;;
--offline)
    [ -d "${2:-}" ] || fail "--offline needs the folder of a wheelhouse."
    offline=$(readlink -f "$2")
    find_python
    real_box
    ;;
'')
    find_python
    real_box
    ;;
*)
    usage >&2
    fail "there is no option $1."
    ;;
esac
