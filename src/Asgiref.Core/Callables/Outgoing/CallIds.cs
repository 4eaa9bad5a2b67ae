using System.Security.Cryptography;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>
/// Makes the ids of calls: 128 random bits that nobody can guess. They are asked of the system many at a time, because asking
/// costs as much as much of a call. Safe for concurrent use.
/// </summary>
internal static class CallIds
{
    private const int IdBytes = 16;
    private const int Ahead = 64;

    [ThreadStatic]
    private static byte[]? Random;

    [ThreadStatic]
    private static int Used;

    /// <summary>An id that was never given before.</summary>
    public static Guid Next()
    {
        var random = Random ??= new byte[IdBytes * Ahead];
        if (Used % Ahead == 0)
        {
            RandomNumberGenerator.Fill(random);
            Used = 0;
        }

        return new Guid(random.AsSpan(IdBytes * Used++, IdBytes));
    }
}
