namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>A sample that is an application: the folder under samples/ and the script in it.</summary>
internal sealed record WorkerSample(string Language, string Script)
{
    public static WorkerSample Python { get; } = new("python", "serve.py");

    public static WorkerSample Node { get; } = new("node", "serve.js");

    public static WorkerSample Go { get; } = new("go", "serve.go");
}
