using PdsReadonly.Cli;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
