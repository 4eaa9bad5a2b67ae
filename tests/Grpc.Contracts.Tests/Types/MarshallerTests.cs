using System.Buffers;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Types;

public class MarshallerTests
{
    [Fact]
    public void Text_goes_through_utf8()
    {
        var marshaller = Marshallers.StringMarshaller;

        Assert.Equal("ä", marshaller.Deserializer(marshaller.Serializer("ä")));
    }

    [Fact]
    public void A_marshaller_by_contexts_also_works_by_arrays()
    {
        var marshaller = Marshallers.Create<byte[]>(
            (message, context) =>
            {
                context.SetPayloadLength(message.Length);
                context.GetBufferWriter().Write(message);
                context.Complete();
            },
            context =>
            {
                Assert.Equal(2, context.PayloadLength);
                return context.PayloadAsReadOnlySequence().ToArray();
            });

        Assert.Equal([1, 2], marshaller.Deserializer(marshaller.Serializer([1, 2])));
    }

    [Fact]
    public void A_service_definition_refuses_a_second_method_of_the_same_name()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "service", "method", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var builder = ServerServiceDefinition.CreateBuilder();
        builder.AddMethod(method, (UnaryServerMethod<string, string>)Echo);

        Assert.ThrowsAny<ArgumentException>(() => builder.AddMethod(method, (UnaryServerMethod<string, string>)Echo));

        static Task<string> Echo(string request, ServerCallContext context) => Task.FromResult(request);
    }
}
