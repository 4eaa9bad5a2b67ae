using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Values;

namespace Asgiref.Core.Local;

/// <summary>
/// The named values that a call takes along, also into another process, and whose changes come back: the part of the
/// context that can cross a wire. In one process it behaves as every <see cref="Local"/> does.
/// </summary>
/// <remarks>
/// Who carries it: take <see cref="Current"/> before the call and hand it over; there <see cref="Use"/> it, and afterwards
/// send back <see cref="ContextBagSnapshot.ChangesSince"/>; here <see cref="Apply"/> that in the awaiting frame. Safe for
/// concurrent use.
/// </remarks>
public static class ContextBag
{
    private static readonly LocalStorage<ContextBagSnapshot> Storage = new(threadCritical: false);

    /// <summary>The values that the running code sees, as they are now.</summary>
    public static ContextBagSnapshot Current => Storage.Read() ?? ContextBagSnapshot.Empty;

    /// <summary>Reads a value.</summary>
    /// <returns>False if the name is unset here.</returns>
    public static bool TryGet(string name, [NotNullWhen(true)] out AsgiValue? value) => Current.TryGet(name, out value);

    /// <summary>Sets a value. Also a value equal to the old one counts as a change (CTX-06).</summary>
    /// <exception cref="ArgumentException">The name is not Unicode text; it could not cross a wire.</exception>
    public static void Set(string name, AsgiValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        AsgiText.ThrowIfNotUnicode(name, nameof(name));
        Storage.Update(static (bag, entry) => (bag ?? ContextBagSnapshot.Empty).With(entry.name, entry.value), (name, value));
    }

    /// <summary>Makes a name unset again. A removal is a change as well: it is carried back (CTX-05).</summary>
    /// <returns>False if it was unset already.</returns>
    public static bool Remove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Storage.Update(static (bag, name) => bag?.Without([name]), name)?.Contains(name) == true;
    }

    /// <summary>Replaces all values of the running flow.</summary>
    public static void Use(ContextBagSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Storage.Update(static (_, snapshot) => snapshot, snapshot);
    }

    /// <summary>Makes changes that came back from a call. Of several calls the one applied last wins, name by name.</summary>
    public static void Apply(ContextBagDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        if (!delta.IsEmpty)
        {
            Storage.Update(static (bag, delta) => (bag ?? ContextBagSnapshot.Empty).With(delta), delta);
        }
    }
}
