namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>A sample that is an application: the folder under samples/ and the script in it.</summary>
internal sealed record WorkerSample(string Language, string Script)
{
    /// <summary>The figure that tells how many of its streams are ready; {0} is the name of what it serves.</summary>
    public string ReadyFigure { get; init; } = "bridge_workers_ready{{application=\"{0}\"}}";

    public static WorkerSample Python { get; } = new("python", "serve.py");

    public static WorkerSample Node { get; } = new("node", "serve.js");

    public static WorkerSample Go { get; } = new("go", "serve.go");

    public string ReadyOf(string name) => string.Format(System.Globalization.CultureInfo.InvariantCulture, ReadyFigure, name);
}
