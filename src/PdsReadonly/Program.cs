using PdsReadonly.Cli;
using PdsReadonly.Platform;

StandardStreams.Prepare();
if (ProcessLimits.Descriptors() < ProcessLimits.DescriptorsMin)
{
    StandardStreams.WriteError(
        $"error: at most {ProcessLimits.Descriptors()} files may be open (ulimit -n): "
        + $"{ProcessLimits.DescriptorsMin} are needed at least");
    return ExitCode.CannotRun;
}

return await CommandLine.RunAsync(args).ConfigureAwait(false);
