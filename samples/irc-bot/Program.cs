using IrcBot;

// irc-bot HOST PORT NICK CHANNEL...
if (args is not [var host, var portText, var nick, .. var channels] || !int.TryParse(portText, out var port))
{
    Console.Error.WriteLine("usage: irc-bot HOST PORT NICK [CHANNEL...]");
    return 2;
}

var options = new IrcBotOptions { Host = host, Port = port, Nick = nick, Channels = channels };
new Bot(options, ChatApplication.RunAsync) { Note = Console.WriteLine }.Run();
return 0;
