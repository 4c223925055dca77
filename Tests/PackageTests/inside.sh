#!/usr/bin/env bash
# What scripts/test-packages runs in a root of its own, where the packages lie in /packages and demo.jpg beside them.
#
#   inside.sh STEP [ARGUMENT...]
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/tmp/home TMPDIR=/tmp
mkdir -p "$HOME"
cd /packages
exec 3>&1

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# timed WHAT COMMAND...: runs a command, and prints what it took.
timed() {
  local what=$1 start=${EPOCHREALTIME/./}
  shift
  timeout 300 "$@" >/tmp/out 2>/tmp/said || {
    cat /tmp/said >&2
    fail "$what: $*"
  }
  printf '  %-58s %7d ms\n' "$what" $(((${EPOCHREALTIME/./} - start) / 1000)) >&3
}

is_png() { [[ $(head -c 4 "$1" | tail -c 3) == PNG ]] || fail "$1 is no PNG file"; }

mask() {
  rm -f /tmp/mask.png
  timed "$1" "${@:2}" run demo.jpg --to /tmp/mask.png --quiet
  is_png /tmp/mask.png
}

apt_install() {
  apt-get -qq install -y "$@" >/tmp/apt 2>&1 || {
    tail -n 20 /tmp/apt >&2
    fail "apt-get install $*"
  }
}

# The tarball, where nothing but the base system is: unpacked, run, removed.
step_tarball() {
  local folder program
  tar -xzf u2cl-*-linux-*.tar.gz -C /opt
  folder=$(echo /opt/u2cl-*)
  program=$folder/bin/u2cl
  timed "tarball: --version, the first time" "$program" --version
  timed "tarball: --version, again" "$program" --version
  mask "tarball: a mask without OpenCL" "$program"
  timed "tarball: the server's version" "$folder/bin/u2cl-serve" --help
  rm -rf "$folder"
}

# The packages, where what they need is there already.
step_install() {
  dpkg --install ./*.deb >/tmp/apt 2>&1 || {
    cat /tmp/apt >&2
    fail "dpkg --install"
  }
}

# Where there is apt: remembers which packages there are, for step_autoremove.
step_apt() {
  dpkg-query -W -f='${Package}\n' | sort >/packages/before
  apt-get -qq update >/tmp/apt 2>&1 || fail "apt-get update"
}

step_debs() { apt_install ./*.deb gcc libc6-dev pkg-config curl; }

step_autoremove() {
  local more
  more=$(dpkg-query -W -f='${Package}\n' | sort | comm -13 /packages/before -)
  # shellcheck disable=SC2086
  apt-get -qq purge -y $more >/tmp/apt 2>&1 || fail "apt-get purge"
  apt-get -qq clean
}

# The command without a driver, and with PoCL.
step_command() {
  apt_install --no-install-recommends ./u2cl_*.deb
  timed "deb: --version, the first time" u2cl --version
  timed "deb: --version, again" u2cl --version
  mask "deb, no driver: the first mask" u2cl
  mask "deb, no driver: the second mask" u2cl
  apt_install pocl-opencl-icd libisal2
  mask "deb, PoCL: the first mask, by the reference" u2cl
  timed "deb, PoCL: compiling in advance" u2cl cache warm --quiet
  mask "deb, PoCL: a mask from then on" u2cl
  mask "deb, PoCL: once more" u2cl
  u2cl devices | grep -qi 'portable computing' || fail "PoCL is not listed"
}

# What every installation has: manual, completions, the server's files.
step_contents() {
  local page
  for page in u2cl u2cl-run u2cl-models-pull u2cl-serve; do
    gzip -dc "/usr/share/man/man1/$page.1.gz" | grep -q '^.SH EXAMPLES' || fail "the page $page has no examples"
  done
  [[ $(u2cl --version) == "$(dpkg-query -W -f='${Version}' libu2cl0 | cut -d. -f1-2)".* ]] || fail "another version"
  test_completion
  getent passwd u2cl >/dev/null || fail "there is no user u2cl"
  grep -q '^ExecStart=/usr/bin/u2cl-serve ' /lib/systemd/system/u2cl-serve.service || fail "the unit starts another one"
  [[ -d /var/lib/u2cl/models ]] || fail "the server's models have no folder"
}

# Completes "u2cl mod" as bash does, and looks at the other shells' files by the shells themselves, where they are.
test_completion() {
  local folder=/usr/share
  bash -c 'source /usr/share/bash-completion/completions/u2cl
    COMP_WORDS=(u2cl mod) COMP_CWORD=1 COMP_LINE="u2cl mod" COMP_POINT=8
    _u2cl u2cl mod u2cl; printf "%s\n" "${COMPREPLY[@]}"' 2>/dev/null | grep -q '^models' ||
    fail "bash completes nothing"
  ! command -v zsh >/dev/null || zsh -n $folder/zsh/vendor-completions/_u2cl
  ! command -v fish >/dev/null || fish -n $folder/fish/vendor_completions.d/u2cl.fish
}

# What waits for compilers may be answered by 503 or 504.
ask_server() {
  timed "$1" curl -sfo /tmp/cutout.png --retry 5 --unix-socket /run/u2cl/socket -F image=@demo.jpg \
    http://localhost/v1/remove
  is_png /tmp/cutout.png
}

# The server as its own user, as the unit starts it.
step_server() {
  local server
  mkdir -p /run/u2cl /var/cache/u2cl
  chown u2cl /run/u2cl /var/cache/u2cl
  (
    # shellcheck disable=SC1091
    . /etc/default/u2cl-serve
    export HOME=/var/cache/u2cl U2CL_CACHE=/var/cache/u2cl/u2cl POCL_CACHE_DIR=/var/cache/u2cl/pocl
    # shellcheck disable=SC2086
    exec setpriv --reuid u2cl --regid u2cl --init-groups /usr/bin/u2cl-serve $OPTIONS
  ) 2>/tmp/server.log &
  server=$!
  # shellcheck disable=SC2064
  trap "kill $server; cat /tmp/server.log >&2" EXIT
  for _ in {1..100}; do [[ ! -S /run/u2cl/socket ]] || break && sleep 0.1; done
  ask_server "server: the first cut-out"
  ask_server "server: the second cut-out"
  trap - EXIT
  kill "$server"
  wait "$server" || fail "the server did not end well: $(tail -n 3 /tmp/server.log)"
  rm -rf /run/u2cl
}

# The C library: the example is compiled as the manual says, and Python calls it.
step_library() {
  (
    mkdir -p /tmp/c && cd /tmp/c
    cp /usr/share/doc/libu2cl-dev/examples/cutout.c .
    # shellcheck disable=SC2046
    gcc cutout.c $(pkg-config --cflags --libs u2cl) -o cutout
    timed "C: a cut-out by the example" ./cutout /packages/demo.jpg /tmp/c.png
    is_png /tmp/c.png
  )
  timed "Python: import and remove()" /usr/bin/python3 -c "
from u2cl import remove
open('/tmp/p.png', 'wb').write(remove(open('demo.jpg', 'rb').read()))"
  is_png /tmp/p.png
}

# The wheel in a virtual environment, without the packages.
step_wheel() {
  apt_install --no-install-recommends python3-venv pocl-opencl-icd
  [[ ! -e /usr/bin/u2cl ]] || fail "the packages are installed, so that the wheel proves nothing"
  /usr/bin/python3 -m venv /tmp/venv
  /tmp/venv/bin/pip --disable-pip-version-check -q install --no-index u2cl-*.whl
  timed "wheel: the first import and remove()" /tmp/venv/bin/python -c "
from u2cl import remove
open('/tmp/w.png', 'wb').write(remove(open('demo.jpg', 'rb').read()))"
  is_png /tmp/w.png
  timed "wheel: the second" /tmp/venv/bin/python -c "
from u2cl import remove
remove(open('demo.jpg', 'rb').read())"
  rm -rf /tmp/venv
}

# A newer version keeps the settings; removing keeps them, too; purging leaves nothing of ours.
step_upgrade() {
  local install=$1
  echo 'OPTIONS="--socket /run/u2cl/socket --preload u2cl-default"' >/etc/default/u2cl-serve
  touch /var/lib/u2cl/models/kept.onnx
  $install ./newer/*.deb >/tmp/apt 2>&1 || { tail -n 20 /tmp/apt >&2 && fail "the upgrade"; }
  [[ $(dpkg-query -W -f='${Version}' u2cl-serve) == *newer ]] || fail "the newer version is not installed"
  grep -q preload /etc/default/u2cl-serve || fail "the upgrade lost the settings"
  [[ -e /var/lib/u2cl/models/kept.onnx ]] || fail "the upgrade lost a model"
  dpkg --remove u2cl-serve >/dev/null
  grep -q preload /etc/default/u2cl-serve || fail "removing lost the settings"
  [[ ! -e /var/cache/u2cl ]] || fail "removing left the cache"
}

step_purge() {
  dpkg --purge u2cl-serve u2cl python3-u2cl libu2cl-dev libu2cl0 >/tmp/apt 2>&1 || {
    cat /tmp/apt >&2
    fail "dpkg --purge"
  }
  ! getent passwd u2cl >/dev/null || fail "purging left the user"
  ! getent group u2cl >/dev/null || fail "purging left the group"
}

"step_$1" "${@:2}"
