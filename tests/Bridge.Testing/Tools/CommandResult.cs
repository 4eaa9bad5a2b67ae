namespace Bridge.Testing.Tools;

/// <summary>How a program ended and what it said.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Errors}";
}
