using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.WebSockets;

/// <summary>The WebSocket front against clients that share no code with it.</summary>
[Collection(SharedBridge.Name)]
public sealed class OtherLanguagesTests(SharedBridge shared)
{
    public static TheoryData<string> Checks { get; } =
    [
        "text_and_bytes_come_back",
        "the_chosen_subprotocol_is_heard",
        "code_and_reason_of_the_application_are_heard",
        "code_and_reason_of_the_client_are_heard",
        "a_denial_has_its_status",
    ];

    [PythonWebSocketTheory]
    [MemberData(nameof(Checks))]
    public Task A_Python_client_passes(string check)
    {
        Tool.PythonWebSocket.Require();
        return PassesAsync(PythonPeer.Program, "checks.py", check, []);
    }

    [NodeWebSocketTheory]
    [MemberData(nameof(Checks))]
    public Task A_Node_client_passes(string check)
    {
        Tool.NodeWebSocket.Require();
        return PassesAsync("node", Path.Combine("node", "checks.js"), check, new() { ["NODE_PATH"] = WebSocketPeers.NodePackages! });
    }

    private async Task PassesAsync(string program, string script, string check, Dictionary<string, string> environment)
    {
        var bridge = shared.Probes;
        var records = bridge.Http($"/records/{Guid.NewGuid():N}").AbsoluteUri;
        var socket = new UriBuilder(bridge.Http("/converse")) { Scheme = "ws" }.Uri.AbsoluteUri;

        var result = await ExternalCommand.RunAsync(program, [Path.Combine(WebSocketPeers.Folder, script), socket, records, check], environment);

        Assert.True(result.ExitCode == 0 && result.Output == $"ok {check}\n", $"{result}\n{bridge.Said}");
        await ServerMetrics.WaitForAsync(bridge, "bridge_websockets_open", 0);
        await ServerMetrics.WaitForNoLiveInstanceAsync(bridge);
    }
}
