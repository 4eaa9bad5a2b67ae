using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with a text or bytes. Immutable.</summary>
    public class Entry
    {
        private static readonly SearchValues<char> KeyCharacters =
            SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <summary>Bytes; the key ends with <see cref="BinaryHeaderSuffix"/>. The bytes are copied.</summary>
        /// <exception cref="ArgumentException">The key is not a binary key or holds another character than a-z, 0-9, '-', '_' and '.'.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizedKey(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!IsBinary)
            {
                throw new ArgumentException($"The metadata key '{key}' has bytes, so it must end with '{BinaryHeaderSuffix}'.", nameof(key));
            }

            _bytes = valueBytes.AsSpan().ToArray();
        }

        /// <summary>A text of ASCII characters; the key does not end with <see cref="BinaryHeaderSuffix"/>.</summary>
        /// <exception cref="ArgumentException">The key is a binary key or holds another character than a-z, 0-9, '-', '_' and '.'.</exception>
        public Entry(string key, string value)
        {
            Key = NormalizedKey(key);
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinary)
            {
                throw new ArgumentException($"The metadata key '{key}' ends with '{BinaryHeaderSuffix}', so its value must be bytes.", nameof(key));
            }

            _text = value;
        }

        /// <summary>The key in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes, which the key tells.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>A copy of the bytes; of a text its ASCII bytes.</summary>
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(_text!) : _bytes.AsSpan().ToArray();

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The value is bytes.</exception>
        public string Value => _text ?? throw new InvalidOperationException($"The metadata entry '{Key}' holds bytes, not text.");

        /// <inheritdoc/>
        public override string ToString() => _bytes is null
            ? $"[Entry: key={Key}, value={_text}]"
            : $"[Entry: key={Key}, valueBytes={Convert.ToHexString(_bytes)}]";

        private static string NormalizedKey(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
#pragma warning disable CA1308 // The wire wants lower case.
            var normalized = key.ToLowerInvariant();
#pragma warning restore CA1308
            if (normalized.Length == 0 || normalized.AsSpan().ContainsAnyExcept(KeyCharacters))
            {
                throw new ArgumentException($"The metadata key '{key}' may hold only letters, digits, '-', '_' and '.'.", nameof(key));
            }

            return normalized;
        }
    }
}
