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
