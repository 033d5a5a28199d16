[assembly: ClassByClass]
[assembly: ParallelLimiter<OnePerCore>]
