using Asgiref.Core.Callables;
using Bridge.Protocol.Calls;

namespace Bridge.Client.Callables;

/// <summary>Protobuf messages as arguments and results of callables.</summary>
public static class ProtobufCallables
{
    /// <summary>
    /// Lets protobuf messages cross as themselves (<c>application/protobuf; type=full.name</c>) and not as JSON, for the
    /// callables that are registered and resolved from now on.
    /// </summary>
    /// <param name="registry">The registry.</param>
    /// <returns>The registry.</returns>
    public static CallableRegistry AddProtobuf(this CallableRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.AddFormat(new ProtobufFormat());
        return registry;
    }
}
