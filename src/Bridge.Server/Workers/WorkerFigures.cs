namespace Bridge.Server.Workers;

/// <summary>What is going on with one application, or callable, of workers.</summary>
/// <param name="Application">Its name.</param>
/// <param name="Ready">Sessions of workers that take instances of it.</param>
/// <param name="Running">Places that are taken.</param>
/// <param name="Waiting">Instances or calls that wait for a place.</param>
internal readonly record struct WorkerFigures(string Application, int Ready, int Running, int Waiting);
