using System.Security.Cryptography;

namespace Bridge.Client.Workers;

/// <summary>Tells this process from every other one, its own successor included.</summary>
internal static class ProcessIdentity
{
    public static byte[] Id { get; } = RandomNumberGenerator.GetBytes(16);
}
