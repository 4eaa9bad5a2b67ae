namespace Asgiref.Core.Rules;

/// <summary>What a server does with an event that the rules allow.</summary>
public enum SendVerdict
{
    /// <summary>Pass it on as it is.</summary>
    Forward,

    /// <summary>Pass it on with an empty body: the response has no body on the wire (HEAD, 204, 205, 304; GAP-11).</summary>
    ForwardWithoutBody,

    /// <summary>Drop it: the conversation is complete, or the event has no effect any more (HTTP-47, GAP-07, GAP-09).</summary>
    Ignore,
}
