using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Sessions.Wire;

/// <summary>Batches of frames of all kinds, mostly those that there are most of, and what becomes of their bytes when some are wrong.</summary>
internal static class RandomFrames
{
    public static OpenRequest Batch(Random random)
    {
        var batch = new OpenRequest();
        for (var left = random.Next(8); left > 0; left--)
        {
            batch.Frames.Add(Frame(random));
        }

        return batch;
    }

    /// <summary>
    /// Changes a byte, cuts some out or off, repeats some, or puts new ones in: anywhere, or deep inside with all lengths around it
    /// put right.
    /// </summary>
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        var fields = FieldsOf(bytes);
        if (fields.Count == 0 || random.Next(4) == 0)
        {
            return MutateHere(bytes, random);
        }

        var (start, content, end) = fields[random.Next(fields.Count)];
        var inside = Mutate(bytes[content..end], random);
        var length = new byte[CodedOutputStream.ComputeLengthSize(inside.Length)];
        using var output = new CodedOutputStream(length);
        output.WriteLength(inside.Length);
        output.Flush();
        var tag = bytes[start..(content - CodedOutputStream.ComputeLengthSize(end - content))];
        return [.. bytes[..start], .. tag, .. length, .. inside, .. bytes[end..]];
    }

    /// <summary>The fields with a length of what may be a message: where each starts, its content does, and it ends.</summary>
    private static List<(int Start, int Content, int End)> FieldsOf(byte[] bytes)
    {
        List<(int, int, int)> fields = [];
        try
        {
            var input = new CodedInputStream(bytes);
            while (!input.IsAtEnd)
            {
                var start = (int)input.Position;
                if (WireFormat.GetTagWireType(input.ReadTag()) != WireFormat.WireType.LengthDelimited)
                {
                    input.SkipLastField();
                    continue;
                }

                var length = input.ReadBytes().Length;
                var end = (int)input.Position;
                fields.Add((start, end - length, end));
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Bytes and no message, from here on.
        }

        return fields;
    }

    private static byte[] MutateHere(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var until = random.Next(at, Math.Min(bytes.Length, at + 20) + 1);
        switch (random.Next(6))
        {
            case 0 when at < bytes.Length:
                byte[] changed = [.. bytes];
                changed[at] = (byte)random.Next(256);
                return changed;
            case 1 when at < bytes.Length:
                byte[] flipped = [.. bytes];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 2:
                return [.. bytes[..at], .. bytes[until..]];
            case 3:
                return [.. bytes[..until], .. bytes[at..]];
            case 4 when random.Next(4) == 0:
                return bytes[..at];
            default:
                return [.. bytes[..at], .. Bytes(random, random.Next(12)), .. bytes[at..]];
        }
    }

    private static Frame Frame(Random random)
    {
        var frame = new Frame { Exchange = Number(random), Credit = random.Next(2) == 0 ? 0 : (uint)Number(random) };
        switch (random.Next(8))
        {
            case 0 or 1 or 2:
                frame.Open = new OpenExchange { Call = Call(random), Head = Bytes(random), MoreHead = random.Next(2) == 0 };
                break;
            case 3 or 4 or 5:
                frame.Payload = new Payload
                {
                    Kind = (PayloadKind)random.Next(-1, 6),
                    Data = Bytes(random),
                    More = random.Next(2) == 0,
                    Ended = (EndedKind)random.Next(-1, 5),
                };
                break;
            case 6:
                SetRare(frame, random);
                break;
            default:
                break;
        }

        return frame;
    }

    private static void SetRare(Frame frame, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                frame.Open = new OpenExchange { Instance = new InstanceTarget { Application = Text(random) }, Head = Bytes(random) };
                break;
            case 1:
                frame.Open = new OpenExchange { Head = Bytes(random) };
                break;
            case 2:
                frame.Ended = new Ended { Kind = EndedKind.Failed, Reason = Text(random) };
                break;
            case 3:
                frame.Reset = new Reset { Code = ResetCode.Gone, Event = new ReceiveEvent { HttpDisconnect = new HttpDisconnect() } };
                break;
            case 4:
                frame.Ended = new Ended { Kind = (EndedKind)random.Next(-1, 5) };
                break;
            case 5:
                frame.Accepted = new Accepted();
                break;
            case 6:
                frame.Refused = new Refused { Code = RefusedCode.NotFound, Reason = Text(random) };
                break;
            default:
                frame.Hello = Frames.Hello();
                break;
        }
    }

    private static CallTarget Call(Random random)
    {
        var call = new CallTarget { Callable = Text(random), TimeoutMs = random.Next(3) == 0 ? 0 : Number(random) };
        for (var steps = random.Next(4); steps > 0; steps--)
        {
            call.Path.Add(new CallStep { Call = Id(random), Peer = Id(random) });
        }

        if (random.Next(2) == 0)
        {
            call.ThreadContext = Id(random);
        }

        return call;
    }

    private static string Text(Random random) => random.Next(8) switch
    {
        0 => "",
        1 => "größer",
        2 => new string('x', random.Next(200)),
        var other => $"callable{other}",
    };

    private static ulong Number(Random random) => (ulong)random.NextInt64() >> random.Next(64);

    /// <summary>Nearly always as long as an id is, and now and then one that was there before.</summary>
    private static ByteString Id(Random random) => random.Next(8) switch
    {
        0 => Bytes(random),
        1 or 2 => Frames.Bytes(16),
        _ => ByteString.CopyFrom(Bytes(random, 16)),
    };

    private static ByteString Bytes(Random random) => ByteString.CopyFrom(Bytes(random, random.Next(4) == 0 ? 0 : random.Next(300)));

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
