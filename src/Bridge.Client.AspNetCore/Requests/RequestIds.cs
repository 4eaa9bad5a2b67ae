namespace Bridge.Client.AspNetCore.Requests;

/// <summary>Short ids that are unique in a process and unlikely to meet those of another. Safe for concurrent use.</summary>
internal static class RequestIds
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const int Length = 13;
    private static long Last = DateTime.UtcNow.Ticks;

    public static string Next() => string.Create(Length, Interlocked.Increment(ref Last), static (text, id) =>
    {
        for (var i = Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(id & 31)];
            id >>= 5;
        }
    });
}
