using System.Text;
using Asgiref.Core.Local;
using Asgiref.Core.Values;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>Estimates what values of the context bag take when they are encoded: their text and bytes, and 8 bytes for each entry and value.</summary>
internal static class ContextSize
{
    private const int Each = 8;

    public static long Of(ContextBagSnapshot bag)
    {
        var size = 0L;
        foreach (var (name, value) in bag)
        {
            size += Entry(name, value);
        }

        return size;
    }

    public static long Of(ContextBagDelta delta)
    {
        var size = 0L;
        foreach (var (name, value) in delta.Set)
        {
            size += Entry(name, value);
        }

        return size + delta.Removed.Sum(static name => (long)Text(name));
    }

    private static long Entry(string name, AsgiValue value) => Text(name) + Of(value);

    private static long Of(AsgiValue value)
    {
        var size = (long)Each;
        switch (value)
        {
            case AsgiValue.TextValue text:
                size += Encoding.UTF8.GetByteCount(text.Value);
                break;
            case AsgiValue.BytesValue bytes:
                size += bytes.Value.Length;
                break;
            case AsgiValue.ListValue list:
                foreach (var item in list.Items)
                {
                    size += Of(item);
                }

                break;
            case AsgiValue.MapValue map:
                foreach (var (name, item) in map.Entries)
                {
                    size += Entry(name, item);
                }

                break;
        }

        return size;
    }

    private static int Text(string name) => Each + Encoding.UTF8.GetByteCount(name);
}
