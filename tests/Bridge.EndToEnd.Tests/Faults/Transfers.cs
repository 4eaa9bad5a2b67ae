using System.Net;
using System.Security.Cryptography;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>Uploads and downloads whose bytes nobody keeps, and their checksums.</summary>
internal static class Transfers
{
    /// <returns>The checksum of what the worker has read.</returns>
    public static async Task<string> UploadAsync(Field field, long bytes, string query = "")
    {
        using var content = new PatternContent(bytes);
        using var answer = await field.Http.PostAsync(field.Url($"upload{query}"), content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <returns>The checksum of what has come.</returns>
    public static async Task<string> DownloadAsync(Field field, long bytes)
    {
        using var answer = await field.Http.GetAsync(field.Url($"download?bytes={bytes}"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Convert.ToHexString(await SHA256.HashDataAsync(await answer.Content.ReadAsStreamAsync()));
    }
}
