using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// An application by name, wherever it lives. The one interface between what drives instances (the fronts and the
/// gRPC services) and what supplies applications (hosting, workers).
/// </summary>
internal interface IApplication
{
    string Name { get; }

    /// <summary>
    /// Runs one instance to its end. Never throws for what the application or its peer does: that is the ending.
    /// The driver is not touched any more once the task has ended.
    /// </summary>
    Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver);
}
