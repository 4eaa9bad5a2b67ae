namespace Asgiref.Core.Compatibility;

/// <summary>The second step of a <see cref="LegacyAsgiApplication"/>: one application called for one scope.</summary>
/// <returns>A task that ends when the application is done with the connection; its exception ends it as failed.</returns>
public delegate Task AsgiInstance(AsgiReceive receive, AsgiSend send);
