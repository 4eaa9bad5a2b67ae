using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// The disconnect event of a protocol of the users' own: <c>{scope.type}.disconnect</c> and no other name, so that such
/// a protocol may have events like <c>player.disconnect</c> which end nothing.
/// </summary>
internal static class CustomDisconnect
{
    private const string Suffix = ".disconnect";

    public static bool Is(CustomEvent message, AsgiScope scope)
    {
        var type = scope.Type;
        return message.Name.Length == type.Length + Suffix.Length
            && message.Name.StartsWith(type, StringComparison.Ordinal)
            && message.Name.EndsWith(Suffix, StringComparison.Ordinal);
    }

    public static CustomEvent For(AsgiScope scope) => new(scope.Type + Suffix);
}
