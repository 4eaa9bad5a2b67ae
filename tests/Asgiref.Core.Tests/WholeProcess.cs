namespace Asgiref.Core.Tests;

/// <summary>Tests that measure or load the whole process: they run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "The whole process";
}
