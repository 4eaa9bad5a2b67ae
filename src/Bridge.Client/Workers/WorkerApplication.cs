using Asgiref.Core;

namespace Bridge.Client.Workers;

/// <summary>An application that a worker serves. Immutable.</summary>
/// <param name="Name">What the bridge's routes call it.</param>
/// <param name="Application">The application.</param>
/// <param name="Options">How it is run.</param>
public sealed record WorkerApplication(string Name, AsgiApplication Application, WorkerApplicationOptions Options);
