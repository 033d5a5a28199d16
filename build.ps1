# The verbs of build.sh for Windows and PowerShell: ./build.ps1 help
param([string] $Verb = 'help', [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @())

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$artifacts = Join-Path $root 'artifacts'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

function Show-Usage {
    @'
./build.ps1 VERB

  setup        check for the .NET SDK 10; nothing is installed
  build        every project, Release; a warning is an error
  publish      a native win-x64 folder: the SQLite library lies beside the executable, since only the
               Linux build links it in. Needs the C++ tools of Visual Studio. Not tested so far.
  run [ARGS]   run the program under the JIT
  demo         make sample repos once, serve them at port 3000 (PDS_PORT) under the JIT
  test         unit tests and tidy checks under the JIT; the end-to-end tests need build.sh on Linux
  clean        remove artifacts/

e2e, interop, fuzz, world and bench: build.sh on Linux (or WSL) only.
'@
}

function Stop-With([int] $Code, [string] $Text) {
    [Console]::Error.WriteLine("build.ps1: $Text")
    exit $Code
}

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Invoke-Setup {
    $sdks = if (Get-Command dotnet -ErrorAction SilentlyContinue) { dotnet --list-sdks } else { @() }
    if (-not ($sdks -match '^10\.0\.[1-9]\d+ ')) {
        Stop-With 3 'missing: .NET SDK 10.0.100 or newer (https://dot.net/download)'
    }
}

function Invoke-Build {
    Invoke-Setup
    Invoke-Dotnet build (Join-Path $root 'pds-readonly.sln') -c Release
}

function Invoke-Program([string[]] $Arguments) {
    Invoke-Setup
    Invoke-Dotnet run -c Release --project (Join-Path $root 'src/PdsReadonly') '--' @Arguments
}

function Invoke-Publish {
    Invoke-Setup
    Invoke-Dotnet publish (Join-Path $root 'src/PdsReadonly') -c Release -r win-x64 `
        -p:PdsNative=true "-p:ArtifactsPath=$(Join-Path $artifacts 'native')" `
        -o (Join-Path $artifacts 'publish/win-x64')
}

function Invoke-Demo {
    $folder = Join-Path $artifacts 'demo'
    if (-not (Test-Path (Join-Path $folder 'made'))) {
        Invoke-Setup
        Invoke-Dotnet run -c Release --project (Join-Path $root 'tests/Samples') '--' demo --out $folder
        New-Item (Join-Path $folder 'made') -ItemType File | Out-Null
    }
    $port = if ($env:PDS_PORT) { $env:PDS_PORT } else { '3000' }
    Invoke-Program @('--car', (Join-Path $folder 'repos'), '--blobs', (Join-Path $folder 'blobs'),
        '--data', (Join-Path $folder 'data'), '--port', $port)
}

function Invoke-Test {
    Invoke-Build
    $results = Join-Path $artifacts 'test-results'
    $passed = 0; $failed = 0; $skipped = 0
    foreach ($folder in Get-ChildItem (Join-Path $root 'tests') -Directory -Filter '*.Tests') {
        $name = $folder.Name
        if ($name -eq 'EndToEnd.Tests') { continue }
        $report = Join-Path $results "$name.trx"
        if (Test-Path $report) { Remove-Item $report }
        Write-Output "== $name"
        & dotnet exec (Join-Path $artifacts "bin/$name/release/$name.dll") --progress off `
            --report-trx --report-trx-filename "$name.trx" --results-directory $results
        $code = $LASTEXITCODE
        $run = if (Test-Path $report) { ([xml](Get-Content $report -Raw)).TestRun }
        $suite = $run.ResultSummary.Counters
        $ok = [int] $suite.passed
        $bad = [int] $suite.failed
        # Silence is not success: a suite that crashed, or ran nothing, counts as a failed test.
        if (($ok + $bad -eq 0) -or ($code -ne 0 -and $bad -eq 0)) { $bad = 1 }
        $passed += $ok; $failed += $bad; $skipped += [int] $suite.notExecuted
    }
    $line = "$passed passed, $failed failed"
    if ($skipped) { $line += ", $skipped skipped" }
    Write-Output $line
    if ($failed) { exit 1 }
}

switch ($Verb) {
    'setup' { Invoke-Setup }
    'build' { Invoke-Build }
    'publish' { Invoke-Publish }
    'run' { Invoke-Program $Rest }
    'demo' { Invoke-Demo }
    'test' { Invoke-Test }
    'clean' { if (Test-Path $artifacts) { Remove-Item $artifacts -Recurse -Force } }
    { $_ -in 'e2e', 'interop', 'fuzz', 'world', 'bench' } { Stop-With 3 "${Verb}: build.sh on Linux (or WSL) only" }
    'help' { Show-Usage }
    default { Show-Usage; Stop-With 2 "unknown verb: $Verb" }
}
