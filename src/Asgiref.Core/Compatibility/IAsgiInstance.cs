namespace Asgiref.Core.Compatibility;

/// <summary>
/// The usual shape of an ASGI 2.0 application: a class with a constructor that takes the scope. The class itself is the
/// application: <c>AsgiApplications.From(typeof(MyApplication))</c>. Each connection gets an object of its own, made and
/// called once, on any thread.
/// </summary>
public interface IAsgiInstance
{
    /// <inheritdoc cref="AsgiInstance"/>
    Task InvokeAsync(AsgiReceive receive, AsgiSend send);
}
