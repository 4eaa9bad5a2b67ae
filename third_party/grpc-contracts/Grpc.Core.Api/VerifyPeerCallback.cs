namespace Grpc.Core;

/// <summary>Decides whether a server's certificate is good enough; true goes on.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
