using System.Globalization;

namespace Bridge.EndToEnd.Tests.Running;

internal static class ProcessMemory
{
    /// <summary>The most memory that a process has had, in bytes.</summary>
    public static long PeakOf(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) * 1024;
    }
}
