using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>Both ends of a session: the rules are the same for both.</summary>
public sealed class Roles : TheoryData<bool>
{
    public Roles()
    {
        Add(false);
        Add(true);
    }

    internal static SessionRole Of(bool server) => server ? SessionRole.Server : SessionRole.Client;
}
